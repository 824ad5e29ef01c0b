// The table of routes: method, path pattern, handler. Filled before serving, then only read. A pattern's "{}"
// stands for one path segment that is not empty: "/api/monitoring/sensors/{}/last"; a final "{...}" for all that is
// left, slashes too: "/api/v1/clients/{...}".
#pragma once

#include "web/request.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/awaitable.hpp>

namespace nightjar::web {

// A handler may wait; the request outlives its coroutine.
using answer = boost::asio::awaitable<response>;
using handler = std::function<answer(const request&)>;

// For a handler that has nothing to wait for.
handler at_once(std::function<response(const request&)> handle);

class router {
  public:
    void add(std::string method, std::string_view pattern, handler handle);

    struct match {
        const handler* handle = nullptr;     // null: no route for this method
        std::vector<std::string> parameters; // of "{}", in order
        std::string allow;                   // "GET, HEAD, POST"; empty: no route for this path
    };
    // HEAD is answered by the route of GET.
    match find(std::string_view method, std::string_view path) const;

    struct place {
        std::string method, pattern;
    };
    std::vector<place> list() const; // in the order of add()

  private:
    struct route {
        std::string method;
        std::vector<std::string> segments;
        handler handle;
    };
    std::vector<route> routes_;
};

} // namespace nightjar::web
