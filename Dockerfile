# One image for arm64 and amd64: docker buildx build --platform linux/arm64,linux/amd64 -t voicecell .
# Runs with a read-only root file system and without privileges: it writes nothing but its log.

# The bundle is the same on every platform, so it is made on the builder's own.
FROM --platform=$BUILDPLATFORM node:22-slim AS build
WORKDIR /build
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts
COPY build.mjs tsconfig.json ./
COPY regions ./regions
COPY runtime ./runtime
RUN node build.mjs

FROM node:22-slim
ENV NODE_ENV=production VOICECELL_HOST=0.0.0.0 VOICECELL_PORT=8080
# RDS signs its certificates itself: without its authorities a task would refuse its own database.
ADD --chmod=444 https://truststore.pki.rds.amazonaws.com/global/global-bundle.pem /etc/ssl/rds.pem
ENV NODE_EXTRA_CA_CERTS=/etc/ssl/rds.pem
WORKDIR /app
COPY --from=build /build/dist/ ./
# The demo agent, until VOICECELL_AGENTS names another folder.
COPY runtime/agents/demo ./agents
USER 1000:1000
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.VOICECELL_PORT}/healthz`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "voicecell.mjs"]
