# One image holds every role and PostGIS: `docker run -p 8050:8050 wangge` shows the demo town.
FROM debian:bookworm-slim

RUN mkdir -p /etc/postgresql-common \
 && echo 'create_main_cluster = false' > /etc/postgresql-common/createcluster.conf \
 && apt-get update \
 && apt-get install -y --no-install-recommends \
      python3 python3-venv ca-certificates tzdata postgresql-15-postgis-3 \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --create-home --uid 1000 wangge \
 && install -d -o wangge /var/lib/wangge /app

WORKDIR /app
COPY requirements.lock ./
RUN python3 -m venv .venv && .venv/bin/pip install --no-cache-dir -r requirements.lock
COPY pyproject.toml README.md ./
COPY geo geo
COPY data data
COPY dashboard dashboard
RUN .venv/bin/pip install --no-cache-dir --no-deps -e .

# PostgreSQL does not run as root, and neither do we.
USER wangge
ENV PATH=/app/.venv/bin:$PATH WANGGE_HOME=/var/lib/wangge WANGGE_HOST=0.0.0.0 PORT=8050
VOLUME /var/lib/wangge
EXPOSE 8050
STOPSIGNAL SIGINT
HEALTHCHECK --start-period=120s CMD python3 -c "import urllib.request as u; u.urlopen('http://127.0.0.1:8050/healthz')"
CMD ["wangge", "demo"]
