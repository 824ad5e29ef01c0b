// The store: one LMDB environment in one directory, one thread that writes, typed tables that anybody reads.
//
// Writers hand over batches; the commit thread joins all that is waiting into one transaction (group commit without a
// timer) and tells each writer "committed up to n". A batch is all or nothing. Readers see committed data only, through
// short read transactions that never outlive the call.
//
// A batch that could not be written fails: nothing of it may be acknowledged. What it says of sensors, incidents,
// sessions and messages is true in memory all the same, so it is kept and written before anything else once the disk
// can; its measurements are not, their senders send them again.
#pragma once

#include "storage/incidents.hpp"
#include "storage/measurement_log.hpp"
#include "storage/notifications.hpp"
#include "storage/records.hpp"
#include "storage/restored.hpp"
#include "storage/sensors.hpp"
#include "storage/write_batch.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

namespace nightjar::storage {

// Thrown by open() alone: unreadable, damaged, newer schema, no space. what() is a sentence for the operator that
// names the path.
struct store_error : std::runtime_error {
    using std::runtime_error::runtime_error;
};

// It is a damaged one: what() says how.
struct store_damaged : store_error {
    using store_error::store_error;
};

struct store_options {
    std::filesystem::path directory;             // made when missing, 0700; files 0600
    std::size_t map_size = std::size_t{1} << 40; // address space, not memory or disk; halved until mmap accepts it
    // The disk failed (a full one has not): what was written last is unknown, and a later success would mean nothing.
    // From here on every batch fails. Called once, on the commit thread.
    std::function<void(std::error_code)> on_broken = {};
    // Room is running out: a sentence for the operator. On the commit thread, or from open().
    std::function<void(const std::string&)> on_low_space = {};
};

// A writer's ear. Called on the commit thread: post to your own thread, do not work here.
class commit_listener {
  public:
    virtual ~commit_listener() = default;
    // Every batch of this writer up to `number` is on disk, or, with an error, batch `number` failed whole.
    virtual void on_committed(std::uint64_t number, std::error_code error) noexcept = 0;
};

class store {
  public:
    static std::unique_ptr<store> open(const store_options& options);
    static std::vector<std::filesystem::path>
    files_in(const std::filesystem::path& directory); // what open() makes: data first, our lock last
    ~store();                                         // commits what was submitted, then closes

    // Numbers grow with each submit of that listener. Any thread, but one listener's batches from one thread. The
    // listener outlives the store or its last batch.
    void submit(commit_listener& writer, std::uint64_t number, write_batch batch);

    // Sessions and messages as the last process left them. Once, before the first submit().
    restored restore(const message_maker& make);

    // Numbers that no message and no session of this store has had. Any thread.
    message_id next_message();
    session_number next_session();

    // Any thread.
    const sensors& sensor_table() const;
    const incidents& incident_table() const;
    const notifications& notification_table() const;
    const measurement_log& measurements() const;

    // How long values, and the summaries of their hours, are kept; in days of UTC, 0: for ever. What is older goes in
    // the background. Any thread.
    void keep(std::uint32_t days_of_values, std::uint32_t days_of_hours);

    struct statistics {
        std::uint64_t commits = 0, rows = 0, failed_commits = 0;
        std::uint64_t used_bytes = 0, map_bytes = 0;
    };
    statistics stats() const;

  private:
    store();
    class implementation;
    std::unique_ptr<implementation> self_;
};

} // namespace nightjar::storage
