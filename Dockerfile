# The gateway alone. docker-compose.yml puts a Prosody and a test phone beside it.
FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
WORKDIR /source
COPY global.json Directory.Build.props Directory.Packages.props .editorconfig ./
COPY src/ src/
RUN dotnet publish src/Gateway.Host -c Release -o /app -p:RestoreLockedMode=true -p:UseAppHost=false

# Not a chiseled or alpine image: addresses need ICU, and without it the gateway refuses to start.
FROM mcr.microsoft.com/dotnet/aspnet:10.0
ENV DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=false
COPY --from=build /app /app
# The media relay's libraries; without them only Media.Engine rtpengine works.
RUN apt-get update && apt-get install -y --no-install-recommends libssl3 libsqlite3-0 libsrtp2-1 libopus0 libspandsp2 && rm -rf /var/lib/apt/lists/*
# The working directory holds the state (State.Path).
RUN install -d -o $APP_UID /var/lib/gateway
WORKDIR /var/lib/gateway
VOLUME /var/lib/gateway
USER $APP_UID
EXPOSE 5060/udp 5060/tcp 2855/tcp
STOPSIGNAL SIGTERM
ENTRYPOINT ["dotnet", "/app/gateway.dll"]
CMD ["run", "--config", "/etc/gateway/gateway.json"]
