#include "broker/config/options/sections.hpp"

#include "broker/config/options/make.hpp"
#include "broker/config/values.hpp"

namespace nightjar::config {

void add_bridge_options(std::vector<option>& t) {
    for (const auto* name : {"connection",
                             "address",
                             "addresses",
                             "topic",
                             "remote_username",
                             "username",
                             "remote_password",
                             "password",
                             "remote_clientid",
                             "clientid",
                             "cleansession",
                             "start_type",
                             "keepalive_interval",
                             "restart_timeout",
                             "notifications",
                             "try_private",
                             "bridge_protocol_version",
                             "bridge_cafile",
                             "bridge_insecure",
                             "local_clientid",
                             "local_username",
                             "local_password",
                             "local_cleansession",
                             "notification_topic",
                             "notifications_local_only",
                             "round_robin",
                             "bridge_capath",
                             "bridge_certfile",
                             "bridge_keyfile",
                             "bridge_tls_version",
                             "bridge_tls_use_os_certs",
                             "bridge_alpn",
                             "bridge_attempt_unsubscribe",
                             "bridge_outgoing_retain",
                             "bridge_max_packet_size",
                             "bridge_reload_type",
                             "idle_timeout",
                             "threshold",
                             "bridge_bind_address",
                             "bridge_ciphers",
                             "bridge_ciphers_tls1.3",
                             "bridge_identity",
                             "bridge_psk",
                             "bridge_max_topic_alias",
                             "bridge_receive_maximum",
                             "bridge_require_ocsp",
                             "bridge_session_expiry_interval",
                             "bridge_tcp_keepalive",
                             "bridge_tcp_user_timeout"})
        t.push_back(ignored(name, "bridges are not supported yet"));
}

} // namespace nightjar::config
