-- The private Prosody of ./quickstart: loopback only, no TLS, no other servers. Not a template for a real server.
run_as_root = true
pidfile = "@FOLDER@/prosody.pid"
data_path = "@FOLDER@/prosody"
certificates = "@FOLDER@/prosody"
interfaces = { "127.0.0.1" }
local_interfaces = { "127.0.0.1" }
c2s_ports = { @C2S@ }
c2s_direct_tls_ports = {}
component_ports = { @COMPONENT@ }
http_ports = {}
https_ports = {}
modules_enabled = { "roster"; "saslauth"; "disco"; "ping"; "carbons" }
modules_disabled = { "s2s"; "tls"; "posix" }
c2s_require_encryption = false
allow_unencrypted_plain_auth = true
authentication = "internal_plain"
network_settings = { nagle = false }
log = { { levels = { min = "info" }, to = "console" } }

VirtualHost "example.org"
Component "sip.example.org"
  component_secret = "@SECRET@"
