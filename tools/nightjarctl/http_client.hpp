// Requests to the broker's REST, over HTTP or HTTPS, as a user or as nobody. Blocking, with a deadline for each.
#pragma once

#include "tools/nightjarctl/tls_access.hpp"

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include <boost/json/value.hpp>

namespace CLI {
class App;
}

namespace nightjar::ctl {

struct rest_url {
    bool tls = false;
    std::string host = "localhost", port = "8000";
    static rest_url parse(const std::string& text); // http[s]://HOST[:PORT][/]; throws std::runtime_error
};

inline constexpr const char* default_url = "http://127.0.0.1:8000";

// Where REST is and who asks, as given on the command line.
struct rest_access {
    std::string url = default_url;
    std::string user, password;
    tls_access tls;

    void add_options(CLI::App& to); // --url -u -P, those of tls_access
};

struct rest_answer {
    unsigned status = 0;
    std::string body;
    std::string next; // the path of the next page; empty: there is none
};

// Whatever the server answers; throws std::runtime_error if it does not.
rest_answer ask(const rest_access& where, const char* method, const std::string& path, std::string body = {});

// The server's own sentence about what it did not do.
std::string refusal_of(const rest_answer& answer);

// The answer's text; a status other than 200 throws with that sentence.
std::string get(const rest_access& where, const std::string& path);
boost::json::value get_json(const rest_access& where, const std::string& path); // a list

std::string get_page(const rest_access& where, std::string& path); // `path` becomes that of the next page, or empty

// An answer that has no end: `line` is called for each line that is not empty, until the server ends it or stop() says
// so. What `line` throws comes out; so does the server's sentence if it refuses.
void follow_lines(const rest_access& where, const std::string& path, const std::function<void(std::string_view)>& line,
                  const std::function<bool()>& stop);

// A list page by page, at most `limit` entries.
void get_pages(const rest_access& where, std::string path, std::size_t limit,
               const std::function<void(const boost::json::array& page)>& take);

} // namespace nightjar::ctl
