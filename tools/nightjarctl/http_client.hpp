// GET from the broker's REST. Blocking, with a deadline.
#pragma once

#include <string>

#include <boost/json/value.hpp>

namespace nightjar::ctl {

struct rest_url {
    std::string host = "localhost", port = "8000";
    static rest_url parse(const std::string& text); // http://HOST[:PORT][/]; throws std::runtime_error
};

// The answer's text; a status other than 200 throws with the server's own sentence.
std::string get(const rest_url& where, const std::string& path);
boost::json::value get_json(const rest_url& where, const std::string& path);

inline constexpr const char* default_url = "http://127.0.0.1:8000";

} // namespace nightjar::ctl
