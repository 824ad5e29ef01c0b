// Takes the fields of a packet one after the other. Reading past the end gives empty values and is remembered, so a
// decoder asks once, at its end.
#pragma once

#include "broker/codec/types.hpp"

namespace nightjar::codec {

class field_reader {
  public:
    explicit field_reader(bytes body) : rest_(body) {}

    std::uint8_t byte() {
        if (rest_.empty()) return fail(), std::uint8_t{0};
        const auto value = static_cast<std::uint8_t>(rest_[0]);
        rest_.remove_prefix(1);
        return value;
    }
    std::uint16_t two_bytes() { // big-endian, MQTT-1.5.2
        if (rest_.size() < 2) return fail(), std::uint16_t{0};
        const auto high = static_cast<std::uint8_t>(rest_[0]), low = static_cast<std::uint8_t>(rest_[1]);
        rest_.remove_prefix(2);
        return static_cast<std::uint16_t>(high << 8 | low);
    }
    bytes counted() { // two bytes of length, then as many bytes: strings and binary data
        const auto size = two_bytes();
        if (rest_.size() < size) return fail(), bytes{};
        const auto value = rest_.substr(0, size);
        rest_.remove_prefix(size);
        return value;
    }
    bytes rest() const { return rest_; }
    bool truncated() const { return truncated_; }

  private:
    void fail() {
        truncated_ = true;
        rest_ = {};
    }
    bytes rest_;
    bool truncated_ = false;
};

} // namespace nightjar::codec
