#include "broker/plugins/sensors/delivery.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <mutex>

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
    const auto code = a.perform();
    if (code == CURLE_OK) return {true, false, {}};
    const auto reply = a.response_code();
    return {false, false, reply > 0 ? fmt::format("{} (the server said {})", a.error(code), reply) : a.error(code)};
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
