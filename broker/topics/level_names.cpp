#include "broker/topics/level_names.hpp"

namespace nightjar::topics {

level_number level_names::find(codec::bytes level) const {
    const auto found = numbers_.find(level);
    return found == numbers_.end() ? no_level : found->second;
}

level_number level_names::acquire(codec::bytes level) {
    if (const auto known = find(level); known != no_level) {
        ++entries_[known - first]->uses;
        return known;
    }
    level_number number;
    if (unused_.empty()) {
        number = first + static_cast<level_number>(entries_.size());
        entries_.push_back(nullptr);
    } else {
        number = unused_.back();
        unused_.pop_back();
    }
    auto& slot = entries_[number - first];
    slot = std::make_unique<entry>(entry{std::string(level), 1});
    numbers_.emplace(slot->text, number);
    return number;
}

void level_names::release(level_number level) {
    auto& slot = entries_[level - first];
    if (--slot->uses > 0) return;
    numbers_.erase(slot->text);
    slot.reset();
    unused_.push_back(level);
}

codec::bytes level_names::name(level_number level) const {
    if (level == plus_level) return "+";
    if (level == hash_level) return "#";
    return level < first ? codec::bytes{} : codec::bytes(entries_[level - first]->text);
}

} // namespace nightjar::topics
