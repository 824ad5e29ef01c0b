#include "broker/plugins/sensors/delivery.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <mutex>
#include <utility>

#include <curl/curl.h>
#include <fmt/format.h>

namespace nightjar::plugins::sensors {

namespace {

constexpr long connect_seconds = 15, whole_seconds = 60;

struct free_handle {
    void operator()(CURL* h) const { curl_easy_cleanup(h); }
    void operator()(curl_slist* l) const { curl_slist_free_all(l); }
};
using list = std::unique_ptr<curl_slist, free_handle>;

list one_line(const std::string& text) { return list(curl_slist_append(nullptr, text.c_str())); }

struct upload {
    std::string_view rest;
};

std::size_t read_upload(char* to, std::size_t size, std::size_t count, void* from) {
    auto& rest = static_cast<upload*>(from)->rest;
    const auto n = std::min(size * count, rest.size());
    std::memcpy(to, rest.data(), n);
    rest.remove_prefix(n);
    return n;
}

std::size_t ignore_answer(char*, std::size_t size, std::size_t count, void*) { return size * count; }

int is_stopped(void* stop, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
    return static_cast<const std::atomic<bool>*>(stop)->load(std::memory_order_relaxed) ? 1 : 0;
}

class attempt {
  public:
    explicit attempt(const alert_options& how, const std::atomic<bool>& stop) : handle_(make()) {
        set(CURLOPT_NOSIGNAL, 1L);
        set(CURLOPT_ERRORBUFFER, error_.data());
        set(CURLOPT_CONNECTTIMEOUT, connect_seconds);
        set(CURLOPT_TIMEOUT, whole_seconds);
        set(CURLOPT_NOPROGRESS, 0L);
        set(CURLOPT_XFERINFOFUNCTION, &is_stopped);
        set(CURLOPT_XFERINFODATA, &stop);
        set(CURLOPT_WRITEFUNCTION, &ignore_answer);
        if (how.certificates.empty()) return;
        curl_blob trusted{};
        trusted.data = const_cast<char*>(how.certificates.data()); // libcurl does not write there
        trusted.len = how.certificates.size();
        trusted.flags = CURL_BLOB_NOCOPY;
        set(CURLOPT_CAINFO_BLOB, &trusted);
    }
    template <typename Value>
    void set(CURLoption option, Value value) {
        curl_easy_setopt(handle_.get(), option, value);
    }
    CURLcode perform() { return curl_easy_perform(handle_.get()); }
    long response_code() const {
        long code = 0;
        curl_easy_getinfo(handle_.get(), CURLINFO_RESPONSE_CODE, &code);
        return code;
    }
    std::string error(CURLcode code) const { return error_[0] != '\0' ? error_.data() : curl_easy_strerror(code); }

  private:
    static CURL* make() {
        static std::once_flag once; // libcurl wants it so
        std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
        return curl_easy_init();
    }
    std::unique_ptr<CURL, free_handle> handle_;
    std::array<char, CURL_ERROR_SIZE> error_{};
};

// What a mail server says, as libcurl hears it: its reply to the last command.
class dialogue {
  public:
    explicit dialogue(attempt& a) {
        a.set(CURLOPT_VERBOSE, 1L); // without it nothing is heard
        a.set(CURLOPT_DEBUGFUNCTION, &hear);
        a.set(CURLOPT_DEBUGDATA, this);
    }
    dialogue(const dialogue&) = delete;
    dialogue& operator=(const dialogue&) = delete;
    const std::string& reply() const { return reply_; } // ASCII, on one line; empty: there was none
    // The recipient or the mail is refused, for good (RFC 5321 section 4.2.1). What it says of who we are (53x, or to
    // an earlier command) is about our configuration, which somebody may mend.
    bool refuses_the_mail() const { return about_the_mail_ && reply_.starts_with('5') && !reply_.starts_with("53"); }

  private:
    static int hear(CURL*, curl_infotype what, char* data, std::size_t size, void* to) {
        const std::string_view text(data, size);
        auto& self = *static_cast<dialogue*>(to);
        if (what == CURLINFO_HEADER_OUT) {
            self.over_ = text.starts_with("QUIT");
            if (!self.over_) self.begin(text);
        } else if (what == CURLINFO_HEADER_IN && !self.over_) {
            self.take(text);
        }
        return 0;
    }
    void begin(std::string_view command) {
        about_the_mail_ = command.starts_with("RCPT ") || command.starts_with("DATA");
        reply_.clear();
    }
    void take(std::string_view line) {
        constexpr std::size_t longest = 300;
        if (std::exchange(whole_, line.size() < 4 || line[3] != '-')) {
            reply_.clear(); // the mail has two: 354, and what becomes of it
        } else if (reply_.size() < longest) {
            reply_ += ' ';
        }
        for (const char c : line)
            if (c != '\r' && c != '\n' && reply_.size() < longest) reply_ += c >= ' ' && c <= '~' ? c : '?';
    }

    std::string reply_;
    bool whole_ = true; // its last line has come
    bool about_the_mail_ = false, over_ = false;
};

} // namespace

delivery_result send_mail(const alert_options& how, const mail& what, const std::atomic<bool>& stop) {
    attempt a(how, stop);
    const auto text = mail_text(what);
    upload body{text};
    const auto recipients = one_line(fmt::format("<{}>", what.to));
    const auto sender = fmt::format("<{}>", what.from);
    a.set(CURLOPT_URL, how.smtp_url.c_str());
    a.set(CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    a.set(CURLOPT_PROXY, ""); // proxies are for the web
    a.set(CURLOPT_MAIL_FROM, sender.c_str());
    a.set(CURLOPT_MAIL_RCPT, recipients.get());
    a.set(CURLOPT_UPLOAD, 1L);
    a.set(CURLOPT_READFUNCTION, &read_upload);
    a.set(CURLOPT_READDATA, &body);
    switch (how.smtp_tls) {
    case smtp_tls::required: a.set(CURLOPT_USE_SSL, static_cast<long>(CURLUSESSL_ALL)); break;
    case smtp_tls::opportunistic: // better than nothing, whoever it is
        a.set(CURLOPT_USE_SSL, static_cast<long>(CURLUSESSL_TRY));
        a.set(CURLOPT_SSL_VERIFYPEER, 0L);
        a.set(CURLOPT_SSL_VERIFYHOST, 0L);
        break;
    case smtp_tls::none: a.set(CURLOPT_USE_SSL, static_cast<long>(CURLUSESSL_NONE)); break;
    }
    if (!how.smtp_user.empty()) {
        a.set(CURLOPT_USERNAME, how.smtp_user.c_str());
        a.set(CURLOPT_PASSWORD, how.smtp_password.c_str());
    }
    const dialogue heard(a);
    const auto code = a.perform();
    if (code == CURLE_OK) return {true, false, {}};
    auto error = a.error(code);
    if (!heard.reply().empty()) error += fmt::format(" (the server said: {})", heard.reply());
    return {false, heard.refuses_the_mail(), std::move(error)};
}

delivery_result post_json(const alert_options& how, const std::string& url, const std::string& json,
                          const std::atomic<bool>& stop) {
    attempt a(how, stop);
    const auto type = one_line("Content-Type: application/json");
    a.set(CURLOPT_URL, url.c_str());
    a.set(CURLOPT_PROTOCOLS_STR, "http,https");
    a.set(CURLOPT_POSTFIELDSIZE, static_cast<long>(json.size()));
    a.set(CURLOPT_POSTFIELDS, json.c_str());
    a.set(CURLOPT_HTTPHEADER, type.get());
    a.set(CURLOPT_USERAGENT, "nightjar");
    const auto code = a.perform();
    if (code != CURLE_OK) return {false, false, a.error(code)};
    const auto status = a.response_code();
    if (status >= 200 && status < 300) return {true, false, {}};
    constexpr long refusals[] = {400, 410, 413, 415, 422}; // of this request; any other may be over in a while
    return {false, std::find(std::begin(refusals), std::end(refusals), status) != std::end(refusals),
            fmt::format("HTTP status {}", status)};
}

} // namespace nightjar::plugins::sensors
