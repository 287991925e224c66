# One image for the web server, the worker and every command; docker-compose.yml says which is which.
FROM python:3.13-slim

RUN useradd --create-home --uid 10001 appointment360 && mkdir /data && chown appointment360 /data
WORKDIR /app
COPY requirements.txt .
RUN pip install --no-cache-dir --require-hashes -r requirements.txt
COPY . .
USER appointment360
ENV APP_DATA_DIR=/data \
    HOST=0.0.0.0 \
    PYTHONUNBUFFERED=1 \
    DJANGO_SETTINGS_MODULE=appointment360.settings_production
EXPOSE 8000
CMD ["python", "-m", "gunicorn", "-c", "gunicorn.conf.py"]
