# syntax=docker/dockerfile:1
# docker buildx build --platform linux/amd64,linux/arm64 -t registry.example.org/kafka-backup:0.1.0 --push .

# The compiler runs on the builder's own platform: what it makes for the other one is the same, and emulation would take many times as long.
FROM --platform=$BUILDPLATFORM mcr.microsoft.com/dotnet/sdk:10.0 AS build
ARG TARGETARCH
WORKDIR /source
COPY Directory.Build.props Directory.Packages.props global.json BannedSymbols.txt .editorconfig ./
COPY src src
# CI=true: packages are those of the lock files, or the build fails. A publish without a runtime would carry the natives of all platforms.
RUN case "$TARGETARCH" in \
      amd64) runtime=linux-x64 ;; \
      arm64) runtime=linux-arm64 ;; \
      *) echo "There is no build for '$TARGETARCH'." >&2; exit 1 ;; \
    esac \
    && CI=true dotnet publish src/Cli/KafkaBackup.Cli.csproj -c Release -r "$runtime" --self-contained false \
      -p:PublishDocumentationFiles=false -o /app

# Chiseled: no shell, no package manager. "extra" for its tzdata, as schedules have time zones; ICU, which comes with it, is not used.
# There is no libsasl2 in it, so on amd64 the Kafka client loads the centos8-librdkafka.so that lies beside its own; that of arm64 is built
# without it. Both have PLAIN, SCRAM, OAUTHBEARER, TLS and certificates, and no Kerberos. All that they, zstd and SQLite want is libc.
FROM mcr.microsoft.com/dotnet/aspnet:10.0-noble-chiseled-extra
COPY --from=build /app /app
# So that `kubectl exec … -- kafka-backup pbm` finds it too.
ENV PATH=/app:/usr/local/bin:/usr/bin:/bin
# The image's user "app". As a number, as Kubernetes cannot tell from a name that it is not root.
USER 1654
ENTRYPOINT ["kafka-backup"]
