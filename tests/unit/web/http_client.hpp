// A blocking client that sends exact bytes and reads answers; every wait has a deadline of five seconds,
// after which it throws.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace nightjar::web::test {

struct received {
    int status = 0;
    std::map<std::string, std::string> fields; // names in lower case
    std::string body;
};

class http_client {
  public:
    explicit http_client(std::uint16_t port);
    ~http_client();
    http_client(const http_client&) = delete;
    http_client& operator=(const http_client&) = delete;

    void send(std::string_view bytes);
    received read(bool has_body = true);                        // one answer, by its Content-Length
    std::string read_all();                                     // up to the end of the stream
    void wait_for(std::string_view text);                       // among the bytes that are not read yet
    received ask(std::string_view bytes, bool has_body = true); // both

  private:
    bool read_some(); // false: end of the stream
    int fd_;
    std::string unread_;
};

} // namespace nightjar::web::test
