#include "broker/plugins/sensors/notifier.hpp"

#include "broker/plugin/plugin.hpp"
#include "broker/plugins/sensors/messages.hpp"
#include "broker/text/time.hpp"
#include "storage/store.hpp"

#include <algorithm>
#include <chrono>

#include <fmt/format.h>

namespace nightjar::plugins::sensors {

using storage::notification_channel;
using storage::notification_record;
using storage::notification_state;

namespace {

constexpr std::size_t remembered = 1000; // of those that are done with

std::int64_t wall_ms() {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

// A reload may have taken a destination away.
bool names(const std::vector<std::string>& all, std::string_view destination) {
    return std::find(all.begin(), all.end(), destination) != all.end();
}

std::string subject_of(const alert& what) {
    if (what.incident == nullptr) return "[nightjar] test";
    return fmt::format("[nightjar] {}: {}: {} (incident {})", name_of(what.type), what.sensor->name,
                       what.incident->reason, what.incident->id);
}

std::string body_of(const alert& what) {
    auto out = fmt::format("{}\n\nalert     {}, {}\ntime      {}\n", subject_of(what), name_of(what.type),
                           severity_of(what), text::format_time(what.now_ms));
    if (what.incident == nullptr) return out;
    const auto& i = *what.incident;
    const auto& s = *what.sensor;
    out += fmt::format("incident  {}, opened {}\nreason    {}\nsensor    {} {}, device {}, type {}\n", i.id,
                       text::format_time(i.opened_ms), i.reason, s.id, s.name, s.device, s.type);
    if (i.kind != storage::incident_kind::threshold) return out;
    return out + fmt::format("value     {} {} (range {} to {}, lowest {}, highest {}, {} values out of it)\n", i.value,
                             s.unit, i.min, i.max, i.lowest, i.highest, i.counter);
}

// The subjects are in the bodies too.
mail digest_of(const std::vector<notification_record>& what) {
    mail result;
    result.subject = fmt::format("[nightjar] {} alerts", what.size());
    result.body = fmt::format("{} alerts came faster than mails may be sent; here are all of them.\n", what.size());
    for (const auto& record : what) result.body += "\n----------\n" + record.body;
    return result;
}

} // namespace

notifier::notifier(const alert_options& settings, storage::store& store, log::logger& log)
    : settings_(std::make_shared<const alert_options>(settings)),
      mail_(
          store, log, "nj-mail", [this](const auto& job, const auto& stop) { return deliver_mail(job, stop); },
          [this](const auto& done) { return archive(done); }),
      posts_(
          store, log, "nj-webhook", [this](const auto& job, const auto& stop) { return deliver_post(job, stop); },
          [this](const auto& done) { return archive(done); }) {
    configure(settings);
    load(store.notification_table());
}

void notifier::configure(const alert_options& settings) {
    outbox::limits limits;
    limits.first_retry_ms = settings.first_retry * 1000;
    limits.last_retry_ms = settings.last_retry * 1000;
    posts_.configure(limits);
    limits.per_hour = settings.smtp_rate;
    mail_.configure(limits);
    const std::scoped_lock lock(mutex_);
    settings_ = std::make_shared<const alert_options>(settings);
}

std::shared_ptr<const alert_options> notifier::settings() const {
    const std::scoped_lock lock(mutex_);
    return settings_;
}

// What an earlier process left.
void notifier::load(const storage::notifications& stored) {
    for (auto& record : stored.all()) {
        last_id_ = std::max(last_id_.load(), record.id);
        if (record.state != notification_state::pending) {
            past_.push_back(std::move(record));
            continue;
        }
        const auto age = std::max<std::int64_t>(wall_ms() - record.created_ms, 0);
        (record.channel == notification_channel::mail ? mail_ : posts_).add(std::move(record), age);
    }
}

std::vector<storage::notification_id> notifier::tell(plugin::host& host, const alert& what) {
    std::vector<storage::notification_id> ids;
    told_.fetch_add(1, std::memory_order_relaxed);
    const auto now = settings();
    const bool mails = !now->smtp_url.empty() && !now->smtp_to.empty();
    if (!mails && now->urls.empty()) return ids;
    notification_record record;
    record.incident = what.incident != nullptr ? what.incident->id : 0;
    record.alert_type = name_of(what.type);
    record.created_ms = what.now_ms;
    for (const auto& url : now->urls) {
        record.channel = notification_channel::webhook;
        record.destination = url;
        record.body = alert_message(what);
        ids.push_back(take(host, posts_, record));
    }
    if (!mails) return ids;
    record.channel = notification_channel::mail;
    record.subject = subject_of(what);
    record.body = body_of(what);
    for (const auto& address : now->smtp_to) {
        record.destination = address;
        ids.push_back(take(host, mail_, record));
    }
    return ids;
}

storage::notification_id notifier::take(plugin::host& host, courier& by, notification_record record) {
    record.id = ++last_id_;
    host.batch().notifications.push_back(record);
    const auto id = record.id;
    by.add(std::move(record));
    return id;
}

void notifier::stop() {
    mail_.stop();
    posts_.stop();
}

std::vector<storage::notification_id> notifier::archive(const notification_record& done) {
    ++counts_[static_cast<unsigned>(done.channel)][static_cast<unsigned>(done.state)];
    const std::scoped_lock lock(mutex_);
    past_.push_back(done);
    std::vector<storage::notification_id> old;
    for (; past_.size() > remembered; past_.pop_front()) old.push_back(past_.front().id);
    return old;
}

std::vector<notification_record> notifier::list() const {
    auto all = mail_.waiting();
    auto posts = posts_.waiting();
    std::move(posts.begin(), posts.end(), std::back_inserter(all));
    {
        const std::scoped_lock lock(mutex_);
        all.insert(all.end(), past_.begin(), past_.end());
    }
    std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.id > b.id; });
    return all;
}

delivery_result notifier::deliver_mail(const outbox::job& what, const std::atomic<bool>& stop) const {
    const auto now = settings();
    if (now->smtp_url.empty()) return {false, false, "no smtp_url is configured any more"};
    if (!names(now->smtp_to, what.destination)) return {false, true, "the address is in no smtp_to any more"};
    const auto& first = what.what.front();
    auto message = what.digest() ? digest_of(what.what) : mail{{}, {}, first.subject, first.body, {}, 0};
    message.from = now->smtp_from;
    message.to = what.destination;
    message.date_ms = first.created_ms;
    message.id = fmt::format("nightjar.{}.{}.{}", first.created_ms, first.id, what.what.size());
    return send_mail(*now, message, stop);
}

delivery_result notifier::deliver_post(const outbox::job& what, const std::atomic<bool>& stop) const {
    const auto now = settings();
    if (!names(now->urls, what.destination)) return {false, true, "the address is no alert_url any more"};
    return post_json(*now, what.destination, what.what.front().body, stop);
}

} // namespace nightjar::plugins::sensors
