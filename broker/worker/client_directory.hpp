// Which worker holds the session of a client id. Asked at CONNECT, changed when a session begins and ends, never for a
// PUBLISH. Any thread; its own mutex.
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <string_view>

#include <boost/unordered/unordered_flat_map.hpp>

namespace nightjar::session {
class session;
}

namespace nightjar::worker {

class client_directory {
  public:
    struct entry {
        unsigned worker = 0;
        session::session* session = nullptr; // for that worker's thread alone
    };

    std::optional<entry> find(std::string_view client_id) const;

    // `client_id` must live until remove(): it is the session's own. False if the id is taken.
    bool add(std::string_view client_id, entry where);
    void remove(std::string_view client_id);

    std::size_t size() const;

  private:
    mutable std::mutex mutex_; // guards sessions_
    boost::unordered_flat_map<std::string_view, entry> sessions_;
};

} // namespace nightjar::worker
