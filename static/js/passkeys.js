// Passkeys: a form with data-passkey asks the browser for one before it is sent, and sends what it said as `credential`.
//   create   adds one; get: shows one of somebody known. Their options stand in #passkey-options.
//   sign-in  shows one without a name; its options are fetched at that moment, because they are used only once.

// Browsers refuse passkeys at an address of numbers.
const works = Boolean(window.PublicKeyCredential) && window.isSecureContext && !/^[\d.]+$|:/.test(location.hostname);
for (const part of document.querySelectorAll("[data-passkeys]")) part.hidden = !works;
for (const part of document.querySelectorAll("[data-no-passkeys]")) part.hidden = works;

const bytes = (text) => {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
};
const text = (buffer) => {
  const plain = String.fromCharCode(...new Uint8Array(buffer));
  return btoa(plain).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
};
const withBytes = (credentials) => credentials?.map((each) => ({ ...each, id: bytes(each.id) }));

async function create({ publicKey }) {
  const made = await navigator.credentials.create({
    publicKey: {
      ...publicKey,
      challenge: bytes(publicKey.challenge),
      user: { ...publicKey.user, id: bytes(publicKey.user.id) },
      excludeCredentials: withBytes(publicKey.excludeCredentials),
    },
  });
  return plain(made, { attestationObject: text(made.response.attestationObject) });
}

async function get({ publicKey }) {
  const shown = await navigator.credentials.get({
    publicKey: {
      ...publicKey,
      challenge: bytes(publicKey.challenge),
      allowCredentials: withBytes(publicKey.allowCredentials),
    },
  });
  const { authenticatorData, signature, userHandle } = shown.response;
  return plain(shown, {
    authenticatorData: text(authenticatorData),
    signature: text(signature),
    userHandle: userHandle ? text(userHandle) : null,
  });
}

function plain(credential, response) {
  return {
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    authenticatorAttachment: credential.authenticatorAttachment,
    clientExtensionResults: credential.getClientExtensionResults(),
    response: { clientDataJSON: text(credential.response.clientDataJSON), ...response },
  };
}

const written = () => JSON.parse(document.getElementById("passkey-options").textContent);

// What goes wrong, as a name of the sentence that the page has for it.
class Problem extends Error {}

async function fetched(form) {
  const answer = await fetch(form.action, { headers: { Accept: "application/json" } });
  if (answer.status === 429) throw new Problem("tooMany");
  if (!answer.ok) throw new Problem("unanswered");
  return (await answer.json()).request_options;
}

const ways = {
  create: () => create(written()),
  get: () => get(written()),
  "sign-in": async (form) => get(await fetched(form)),
};

function problemOf(error) {
  if (error instanceof Problem) return error.message;
  if (error.name === "InvalidStateError") return "known";
  if (error.name === "NotAllowedError" || error.name === "AbortError") return "unused";
  return error instanceof DOMException ? "refused" : "unanswered";
}

document.addEventListener("submit", async (event) => {
  const form = event.target.closest("form[data-passkey]");
  if (!form) return;
  event.preventDefault();
  const problem = form.querySelector("[data-passkey-error]");
  const button = form.querySelector("button[type=submit]");
  problem.hidden = true;
  button.setAttribute("aria-disabled", "true");
  try {
    form.elements.credential.value = JSON.stringify(await ways[form.dataset.passkey](form));
    const remember = document.querySelector("input[type=checkbox][name=remember]");
    if (form.elements.remember && remember?.checked) form.elements.remember.value = "on";
    form.submit();
  } catch (error) {
    problem.textContent = problem.dataset[problemOf(error)];
    problem.hidden = false;
    button.removeAttribute("aria-disabled");
  }
});
