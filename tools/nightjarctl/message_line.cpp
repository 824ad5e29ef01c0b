#include "tools/nightjarctl/message_line.hpp"

#include "broker/text/base64.hpp"
#include "broker/text/json_writer.hpp"
#include "broker/text/utf8.hpp"

namespace nightjar::ctl {

std::string message_line(const codec::publish& message) {
    const bool is_text = text::utf8_prefix(message.payload) == message.payload.size();
    text::json_writer out;
    out.begin_object().field("topic", message.topic);
    if (is_text)
        out.field("payload", message.payload).field("encoding", "text");
    else
        out.field("payload", text::base64_encode(message.payload)).field("encoding", "base64");
    out.field("qos", static_cast<int>(message.qos)).field("retain", message.retain);
    return out.end_object().take();
}

} // namespace nightjar::ctl
