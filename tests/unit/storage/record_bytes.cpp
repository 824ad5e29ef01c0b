#include "storage/record_bytes.hpp"

#include <limits>

#include <boost/test/unit_test.hpp>

using namespace nightjar::storage;

BOOST_AUTO_TEST_SUITE(record_bytes_)

BOOST_AUTO_TEST_CASE(the_checksum_is_crc_32c) {
    BOOST_TEST(crc32c("", "123456789") == 0xE3069283U);
    BOOST_TEST(crc32c("12345", "6789") == 0xE3069283U);
}

BOOST_AUTO_TEST_CASE(a_record_comes_back) {
    std::string memory;
    record_writer out(3, memory);
    out.number(std::uint32_t{0xDEADBEEF});
    out.number(std::int64_t{-5});
    out.real(2.57);
    out.text("Capteur Humidité");
    const std::string bytes(out.finish("key"));
    record_reader in("t", 3, "key", bytes);
    BOOST_TEST(in.number<std::uint32_t>() == 0xDEADBEEF);
    BOOST_TEST(in.number<std::int64_t>() == -5);
    BOOST_TEST(in.real() == 2.57);
    BOOST_TEST(in.text() == "Capteur Humidité");
    BOOST_TEST(in.empty());
}

BOOST_AUTO_TEST_CASE(every_flipped_bit_is_seen) {
    std::string memory;
    record_writer out(1, memory);
    out.number(std::uint64_t{42});
    out.text("x");
    const std::string good(out.finish("key"));
    for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
        auto bad = good;
        bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ (1 << bit % 8));
        BOOST_CHECK_THROW(record_reader("t", 1, "key", bad), damaged_record);
    }
    BOOST_CHECK_THROW(record_reader("t", 1, "other key", good), damaged_record);
    BOOST_CHECK_THROW(record_reader("t", 0, "key", good), damaged_record); // a newer format
    BOOST_TEST(record_reader("t", 2, "key", good).format() == 1);
    for (std::size_t size = 0; size < good.size(); ++size)
        BOOST_CHECK_THROW(record_reader("t", 1, "key", good.substr(0, size)), damaged_record);
}

BOOST_AUTO_TEST_CASE(keys_sort_as_their_numbers) {
    std::uint64_t before = 0;
    for (const std::uint64_t n : {1ULL, 255ULL, 256ULL, 65'536ULL, 1ULL << 40, ~0ULL}) {
        const auto low = big_endian(before), high = big_endian(n);
        BOOST_TEST((view<std::uint64_t>(low) < view<std::uint64_t>(high)));
        BOOST_TEST(read_big_endian<std::uint64_t>(view<std::uint64_t>(high)) == n);
        before = n;
    }
}

BOOST_AUTO_TEST_SUITE_END()
