-- For trying things out: no encryption, no federation. Published on loopback only by docker-compose.yml.
daemonize = false
pidfile = "/run/prosody/prosody.pid"
data_path = "/var/lib/prosody"
log = { info = "*console" }
modules_enabled = { "roster", "saslauth", "disco", "ping", "carbons", "mam", "smacks", "csi_simple", "blocklist", "vcard_legacy", "pep" }
modules_disabled = { "s2s", "tls" }
c2s_require_encryption = false
allow_unencrypted_plain_auth = true
authentication = "internal_hashed"
component_interfaces = { "*" }
component_ports = { 5347 }
network_settings = { nagle = false }

VirtualHost "localhost"

Component "sip.localhost"
    component_secret = ENV_COMPONENT_SECRET
    name = "SIP gateway"
