"""Apollo's codes in the words of this product, and why some of its parameters have no counterpart here."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

SENIORITIES = {
    "owner": "Owner",
    "founder": "Founder",
    "c_suite": "C-Suite",
    "partner": "Partner",
    "vp": "VP",
    "head": "Head",
    "director": "Director",
    "manager": "Manager",
    "senior": "Senior",
    "entry": "Entry",
    "intern": "Intern",
}
EMAIL_STATUSES = {
    "verified": "Verified",
    "unverified": "Unverified",
    "guessed": "Guessed",
    "user_managed": "User Managed",
    "new_data_available": "New Data Available",
    "unavailable": "Unavailable",
}
# Others are what their code says: master_sales is Sales, sales_operations is Sales Operations.
DEPARTMENTS = {
    "c_suite": "C-Suite",
    "master_engineering_technical": "Engineering & Technical",
    "medical_health": "Medical & Health",
}
FUNDING_STAGES = {
    "1": "Seed",
    "2": "Series A",
    "3": "Series B",
    "4": "Series C",
    "5": "Series D",
    "6": "Series E",
    "7": "Series F",
    "8": "Series G",
    "9": "Series H",
}
SORT_FIELDS = {
    "person_name.raw": "last_name",
    "person_title_normalized": "title",
    "sanitized_organization_name_unanalyzed": "company",
    "organization_estimated_number_employees": "employees",
    "person_location_city": "city",
    "person_location_country": "country",
}
FILLED_FIELDS = {
    "person_title_normalized": "title",
    "organization_domain": "website",
    "organization_total_funding_long": "total_funding",
    "person_email": "email",
    "person_linkedin_url": "person_linkedin_url",
}
# Where somebody is in Apollo's pages, not whom they look for.
WITHOUT_MEANING = frozenset(
    {
        "page",
        "sortAscending",
        "tour",
        "uniqueUrlId",
        "recommendationConfigId",
        "finderTableLayoutId",
        "contactsPerPage",
        "perPage",
        "viewMode",
        "utm_source",
        "utm_medium",
        "utm_campaign",
    }
)

_BELONGS = _("belongs to Apollo.")
_IDS = _("the ids in it are Apollo's own.")
_NOT_KEPT = _("this is not kept here.")
UNREADABLE: dict[str, Promise] = {
    "finderViewId": _BELONGS,
    "prospectedByCurrentTeam": _BELONGS,
    "qOrganizationSearchListId": _BELONGS,
    "qNotOrganizationSearchListId": _BELONGS,
    "qPersonPersonaIds": _BELONGS,
    "contactLabelIds": _BELONGS,
    "contactStageIds": _BELONGS,
    "accountStageIds": _BELONGS,
    "contactOwnerIds": _BELONGS,
    "accountOwnerIds": _BELONGS,
    "emailerCampaignIds": _BELONGS,
    "organizationIndustryTagIds": _("industry tag ids cannot be read here."),
    "organizationNotIndustryTagIds": _("industry tag ids cannot be read here."),
    "organizationIds": _IDS,
    "organizationNotIds": _IDS,
    "notOrganizationIds": _IDS,
    "lookalikeOrganizationIds": _IDS,
    "personIds": _IDS,
    "marketSegments": _NOT_KEPT,
    "organizationTradingStatus": _NOT_KEPT,
    "intentStrengths": _NOT_KEPT,
    "intentIds": _NOT_KEPT,
    "personJobChangeType": _NOT_KEPT,
    "organizationSicCodes": _NOT_KEPT,
    "organizationNaicsCodes": _NOT_KEPT,
    "organizationJobLocations": _NOT_KEPT,
    "organizationJobTitles": _NOT_KEPT,
    "organizationNumJobsRange[min]": _NOT_KEPT,
    "organizationNumJobsRange[max]": _NOT_KEPT,
    "organizationJobPostedAtRange[min]": _NOT_KEPT,
    "organizationJobPostedAtRange[max]": _NOT_KEPT,
    "phoneExists": _("a filter here is on one kind of phone, not on any of them."),
    "personKeywords": _("there are no keywords about people here."),
}

_US_STATES = (
    "alabama|alaska|arizona|arkansas|california|colorado|connecticut|delaware|florida|georgia|"
    "hawaii|idaho|illinois|indiana|iowa|kansas|kentucky|louisiana|maine|maryland|massachusetts|"
    "michigan|minnesota|mississippi|missouri|montana|nebraska|nevada|new hampshire|new jersey|"
    "new mexico|new york|north carolina|north dakota|ohio|oklahoma|oregon|pennsylvania|"
    "rhode island|south carolina|south dakota|tennessee|texas|utah|vermont|virginia|washington|"
    "west virginia|wisconsin|wyoming"
)
US_STATES = frozenset(_US_STATES.split("|"))
# Georgia is both; Apollo writes the state as "Georgia, US", and a country alone.
_COUNTRIES = (
    "Afghanistan|Albania|Algeria|Andorra|Angola|Argentina|Armenia|Australia|Austria|Azerbaijan|"
    "Bahamas|Bahrain|Bangladesh|Barbados|Belarus|Belgium|Belize|Benin|Bhutan|Bolivia|"
    "Bosnia and Herzegovina|Botswana|Brazil|Brunei|Bulgaria|Burkina Faso|Burundi|Cambodia|"
    "Cameroon|Canada|Cape Verde|Chad|Chile|China|Colombia|Costa Rica|Croatia|Cuba|Cyprus|"
    "Czech Republic|Czechia|Denmark|Djibouti|Dominican Republic|Ecuador|Egypt|El Salvador|"
    "Estonia|Eswatini|Ethiopia|Fiji|Finland|France|Gabon|Gambia|Georgia|Germany|Ghana|Greece|"
    "Guatemala|Guinea|Guyana|Haiti|Honduras|Hong Kong|Hungary|Iceland|India|Indonesia|Iran|"
    "Iraq|Ireland|Israel|Italy|Jamaica|Japan|Jordan|Kazakhstan|Kenya|Kosovo|Kuwait|Kyrgyzstan|"
    "Laos|Latvia|Lebanon|Lesotho|Liberia|Libya|Liechtenstein|Lithuania|Luxembourg|Madagascar|"
    "Malawi|Malaysia|Maldives|Mali|Malta|Mauritania|Mauritius|Mexico|Moldova|Monaco|Mongolia|"
    "Montenegro|Morocco|Mozambique|Myanmar|Namibia|Nepal|Netherlands|New Zealand|Nicaragua|"
    "Niger|Nigeria|North Macedonia|Norway|Oman|Pakistan|Panama|Papua New Guinea|Paraguay|Peru|"
    "Philippines|Poland|Portugal|Puerto Rico|Qatar|Romania|Russia|Rwanda|Saudi Arabia|Senegal|"
    "Serbia|Seychelles|Sierra Leone|Singapore|Slovakia|Slovenia|Somalia|South Africa|South Korea|"
    "South Sudan|Spain|Sri Lanka|Sudan|Suriname|Sweden|Switzerland|Syria|Taiwan|Tajikistan|"
    "Tanzania|Thailand|Togo|Trinidad and Tobago|Tunisia|Turkey|Turkmenistan|Uganda|Ukraine|"
    "United Arab Emirates|United Kingdom|United States|Uruguay|Uzbekistan|Venezuela|Vietnam|Yemen|"
    "Zambia|Zimbabwe"
)
# By how people write them, in lower case.
COUNTRIES = {
    **{name.lower(): name for name in _COUNTRIES.split("|")},
    "us": "United States",
    "usa": "United States",
    "united states of america": "United States",
    "uk": "United Kingdom",
    "great britain": "United Kingdom",
    "uae": "United Arab Emirates",
}
