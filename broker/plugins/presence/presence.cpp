#include "broker/plugins/presence/presence.hpp"

#include "broker/text/json_writer.hpp"
#include "broker/text/time.hpp"

namespace nightjar::plugins::presence {

namespace {
constexpr std::size_t longest_level = 1024; // bytes
}

std::string topic_level(std::string_view client_id) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string level;
    for (std::size_t at = 0; at < client_id.size();) {
        auto next = at + 1; // of the next character
        while (next < client_id.size() && (client_id[next] & 0xC0) == 0x80) ++next;
        const auto character = client_id.substr(at, next - at);
        const bool special = character.find_first_of("/+#%") == 0;
        if (level.size() + (special ? 3 : character.size()) > longest_level) return level + "%~";
        if (special) {
            const auto byte = static_cast<unsigned char>(character[0]);
            level += {'%', digits[byte >> 4], digits[byte & 15]};
        } else {
            level += character;
        }
        at = next;
    }
    return level;
}

void presence::on_presence(api::host& on, const api::presence_event& event) {
    const auto& who = event.client;
    text::json_writer out;
    out.begin_object().field("client_id", who.client_id).key("username");
    who.user_name.empty() ? out.null() : out.value(who.user_name);
    out.key("address");
    who.address.empty() ? out.null() : out.value(who.address);
    out.key("port");
    who.port == 0 ? out.null() : out.value(who.port);
    out.field("listener", event.listener);
    if (event.connected) {
        out.field("protocol_version", api::name_of(event.version)).field("clean_start", event.clean_start);
        out.field("keepalive", event.keep_alive);
    }
    out.field("time", text::format_time(on.now_us() / 1000));
    if (!event.connected) out.field("reason", event.reason);
    const auto topic =
        "$SYS/broker/clients/" + topic_level(who.client_id) + (event.connected ? "/connected" : "/disconnected");
    on.publish(topic, out.end_object().take(), codec::qos::at_least_once, false);
}

} // namespace nightjar::plugins::presence
