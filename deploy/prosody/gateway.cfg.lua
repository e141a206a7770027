-- Prosody 0.11 and newer: the gateway as an external component (XEP-0114).
-- `gateway snippet prosody --config FILE` prints this with your own domain and secret in it.
--
-- 1. In the global section of prosody.cfg.lua, above the first VirtualHost:
--
--      network_settings = { nagle = false }   -- small stanzas arrive up to 40 ms sooner
--
--    Only if the gateway runs on another machine (open the port to that machine alone: the stream is not encrypted):
--
--      component_interfaces = { "192.0.2.1" }
--      component_ports = { 5347 }
--
-- 2. At the end of prosody.cfg.lua, or as a file of conf.d:

Component "sip.example.org"
    component_secret = "change-me"
    name = "SIP gateway"

-- 3. prosodyctl check config && systemctl restart prosody
--
-- Users of other servers reach the gateway only if sip.example.org has its own DNS record and certificate; the gateway
-- refuses them anyway unless Mapping.AllowedCallers names their domain.
