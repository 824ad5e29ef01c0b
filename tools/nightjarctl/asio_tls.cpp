// The TLS part of Asio, compiled once (BOOST_ASIO_SEPARATE_COMPILATION). The broker has its own and does not need it.
#include <boost/asio/ssl/impl/src.hpp>
