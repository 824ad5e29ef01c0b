#include "web/request.hpp"

#include "web/text.hpp"

namespace nightjar::web {

response json_response(unsigned status, std::string json) {
    response answer;
    answer.status = status;
    answer.content_type = "application/json";
    answer.body = std::move(json);
    return answer;
}

response text_response(std::string text) {
    response answer;
    answer.content_type = "text/plain; charset=utf-8";
    answer.body = std::move(text);
    return answer;
}

response error_response(unsigned status, std::string_view name, std::string_view detail, std::optional<int> code) {
    json_writer out;
    out.begin_object().field("error", name).field("detail", detail);
    if (code) out.field("code", *code);
    return json_response(status, out.end_object().take());
}

response bad_request(std::string_view name, std::string_view detail) { return error_response(400, name, detail); }

response not_found(std::string_view detail) { return error_response(404, "not_found", detail); }

} // namespace nightjar::web
