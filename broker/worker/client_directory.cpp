#include "broker/worker/client_directory.hpp"

namespace nightjar::worker {

std::optional<client_directory::entry> client_directory::find(std::string_view client_id) const {
    const std::scoped_lock lock(mutex_);
    const auto found = sessions_.find(client_id);
    if (found == sessions_.end()) return std::nullopt;
    return found->second;
}

bool client_directory::add(std::string_view client_id, entry where) {
    const std::scoped_lock lock(mutex_);
    return sessions_.try_emplace(client_id, where).second;
}

void client_directory::remove(std::string_view client_id) {
    const std::scoped_lock lock(mutex_);
    sessions_.erase(client_id);
}

std::size_t client_directory::size() const {
    const std::scoped_lock lock(mutex_);
    return sessions_.size();
}

} // namespace nightjar::worker
