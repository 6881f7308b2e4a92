# One image for every role: `docker run … clipyard [all | api | worker | engine]`.
# The base image is the Node.js that package.json pins for checkouts; test/packaging.test.ts holds them together.
FROM node:26-trixie-slim

RUN apt-get update \
 && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends ffmpeg fonts-dejavu-core redis-server \
 && rm -rf /var/lib/apt/lists/*

WORKDIR /app
COPY package.json package-lock.json ./
# No install scripts: the pinned Node.js is the base image's, and nothing else that runs needs one.
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund && npm cache clean --force
COPY . .

# Named volumes take their owner from these folders.
RUN mkdir -p /data /storage && chown node:node /data /storage && chmod 700 /data
USER node

ENV NODE_ENV=production HOST=0.0.0.0 PORT=8080 DATA_DIR=/data
VOLUME /data
EXPOSE 8080

# For the roles that serve the API; docker-compose.yml says what holds for the others.
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/readyz`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]

ENTRYPOINT ["node", "src/main.ts"]
CMD ["all"]
