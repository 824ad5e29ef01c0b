#include "storage/verify.hpp"

#include "storage/lmdb.hpp"
#include "storage/measurement_table.hpp"
#include "storage/page_check.hpp"
#include "storage/record_bytes.hpp"

#include <functional>
#include <set>

#include <fmt/format.h>

namespace nightjar::storage {

namespace {

constexpr std::uint8_t newest_format = 2; // of any table
constexpr std::size_t most_findings = 1000;

std::string hex(std::string_view bytes) {
    std::string out;
    for (const char c : bytes.substr(0, 32)) out += fmt::format("{:02x}", static_cast<unsigned char>(c));
    return out + (bytes.size() > 32 ? "..." : "");
}

class walk {
  public:
    walk(const std::filesystem::path& file, verify_what what)
        : what_(what), env_(file, lmdb::environment::read_alone), txn_(env_, lmdb::transaction::kind::read) {}

    std::string run() {
        const auto sensors = ids_of<sensor_id>("sensors");
        const auto sessions = ids_of<session_number>("sessions");
        each("incidents", [](auto, auto) {});
        for (const auto* newer : {"incident_steps", "notifications"}) // a store of an older version has none
            if (txn_.find(newer)) each(newer, [](auto, auto) {});
        each("subscriptions", [&](std::string_view key, std::string_view) {
            if (!sessions.contains(read_big_endian<session_number>(key)))
                dangling("subscriptions", key, "no such session");
        });
        each("inbound", [&](std::string_view key, std::string_view) {
            if (!sessions.contains(read_big_endian<session_number>(key))) dangling("inbound", key, "no such session");
        });
        each("messages", [](auto, auto) {});
        each("progress", [](auto, auto) {});
        auto removed = std::set<sensor_id>();
        if (txn_.find("removals")) removed = ids_of<sensor_id>("removals"); // rows of theirs are still to go
        const auto known = [&](sensor_id id) { return sensors.contains(id) || removed.contains(id); };
        each("measurements", [&](std::string_view key, std::string_view value) {
            if (!known(read_row(key, value).sensor)) dangling("measurements", key, "no such sensor");
        });
        each("blocks", [&](std::string_view key, std::string_view value) { check_block(key, value); });
        each("hours", [&](std::string_view key, std::string_view value) {
            read_hours(key, value);
            if (!sensors.contains(read_big_endian<sensor_id>(key))) dangling("hours", key, "no such sensor");
        });
        return std::move(findings_);
    }

  private:
    void found(const char* table, std::string_view key, std::string_view what) {
        if (++count_ <= most_findings) findings_ += fmt::format("{}: record {}: {}\n", table, hex(key), what);
    }

    void dangling(const char* table, std::string_view key, std::string_view what) {
        if (what_ == verify_what::records_and_references) found(table, key, what);
    }

    // Calls of(key, value) for each record whose checksum is right.
    void each(const char* name, const std::function<void(std::string_view, std::string_view)>& of) {
        const auto table = txn_.find(name);
        if (!table) return found("tables", name, "missing");
        lmdb::cursor at(txn_, *table);
        std::string before;
        std::size_t records = 0;
        for (bool more = at.first(); more; more = at.next()) {
            if (!before.empty() && at.key() <= before) found(name, at.key(), "out of order");
            before = at.key();
            ++records;
            try {
                const record_reader in(name, newest_format, at.key(), at.value());
                of(at.key(), at.value());
            } catch (const damaged_record& e) {
                const std::string_view what = e.what(); // "table: what"
                found(name, at.key(), what.substr(what.find(": ") + 2));
            }
        }
        if (records != txn_.entries(*table))
            found(name, {}, fmt::format("{} records are found where {} should be", records, txn_.entries(*table)));
    }

    template <typename Id>
    std::set<Id> ids_of(const char* name) {
        std::set<Id> ids;
        each(name, [&](std::string_view key, std::string_view) { ids.insert(read_big_endian<Id>(key)); });
        return ids;
    }

    void check_block(std::string_view key, std::string_view value) {
        const auto block = read_block(key, value);
        measurement_id before = 0;
        for (const auto& row : block.rows) {
            if (row.id <= before) return found("blocks", key, "rows out of order");
            before = row.id;
        }
        if (before != block.head.last) found("blocks", key, "its last row is another one");
    }

    verify_what what_;
    lmdb::environment env_;
    lmdb::transaction txn_;
    std::string findings_;
    std::size_t count_ = 0;
};

class nothing final : public loggable {
  public:
    explicit nothing(std::uint8_t qos) : qos_(qos) {}
    std::string_view topic_text() const override { return {}; }
    std::string_view payload_bytes() const override { return {}; }
    std::uint8_t qos_number() const override { return qos_; }
    bool retain_flag() const override { return false; }

  private:
    void destroy() const noexcept override { delete this; }
    std::uint8_t qos_;
};

} // namespace

std::string verify(const std::filesystem::path& file, verify_what what) {
    try {
        const auto wrong = check_pages(file, page_depth::leaves);
        return (wrong.empty() ? wrong : wrong + "\n") + walk(file, what).run();
    } catch (const std::system_error& e) {
        if (e.code().value() > 0) throw; // of the system, not of the file
        return fmt::format("{}: {}\n", file.string(), e.code().message());
    }
}

loggable_ptr make_nothing(std::string_view, std::string_view, std::uint8_t qos, bool) {
    return loggable_ptr(new nothing(qos));
}

} // namespace nightjar::storage
