// Finds out whether passwords are right, on threads of its own that step back behind the others: a hash is made to take
// milliseconds. Remembers what was right (a keyed digest, never the password), so that a thousand known clients that
// come back at once cost next to nothing.
#pragma once

#include "broker/plugins/access_control/login_guard.hpp"
#include "broker/plugins/password_file/password_file.hpp"

#include <array>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <boost/unordered/unordered_flat_map.hpp>

namespace nightjar::plugins::access_control {

class verifier {
  public:
    using table = std::shared_ptr<const password_file::password_table>;

    verifier();
    ~verifier(); // as stop()
    void stop(); // answers no more

    // Whether this was found right before, with the hash that the table has for the name. Any thread, at once.
    bool remembers(const table& users, std::string_view name, std::string_view password);

    struct question {
        table users;
        std::string name, password;
        // Asked on a thread of the verifier when its turn comes: how long it has to wait all the same; nothing: it is
        // not looked at any more, and `done` not called. Null once it has waited.
        std::function<std::optional<login_guard::clock::duration>()> may_begin;
        std::function<void(bool right)> done; // on a thread of the verifier, unless it stops
    };
    // Any thread. Not before `after` has passed.
    void verify(question what, login_guard::clock::duration after);

  private:
    using digest = std::array<unsigned char, 32>;
    digest digest_of(const password_file::password_hash& hash, std::string_view name, std::string_view password) const;
    bool find_out(const table& users, std::string_view name, std::string_view password);
    void look_at(question& what);
    void run();

    std::array<unsigned char, 32> key_{};                  // random, of this process
    std::mutex known_;                                     // guards right_
    boost::unordered_flat_map<std::string, digest> right_; // by name
    std::mutex mutex_;                                     // guards what follows
    std::condition_variable more_;
    std::multimap<login_guard::clock::time_point, std::function<void()>> waiting_; // by when they may begin
    bool stopping_ = false;
    std::vector<std::jthread> threads_;
};

} // namespace nightjar::plugins::access_control
