// How RESTinio's parser treats bodies that are too long: instead of dropping the connection without
// a word, it keeps max_body_size + 1 bytes, so that the Api can answer 413, and reads past the
// rest, so that a client that sends first and reads later gets that answer. Internal to
// http_server.cc.
#pragma once

#include <restinio/all.hpp>

namespace marquee::serving {

// Same methods as by default; a type of our own selects the parser settings below.
class HttpMethods : public restinio::default_http_methods_t {};

// A body announced longer than this is not even read: it is answered and the connection closed.
inline constexpr std::uint64_t kLongestBodyReadPast = 64 << 20;

inline restinio::impl::http_parser_ctx_t& context_of(http_parser* parser) {
  return *static_cast<restinio::impl::http_parser_ctx_t*>(parser->data);
}

inline std::size_t kept_body_size(const restinio::impl::http_parser_ctx_t& context) {
  return static_cast<std::size_t>(context.m_limits.max_body_size()) + 1;
}

inline int on_headers_complete(http_parser* parser) noexcept {
  constexpr int kGoOn = 0, kNoBodyFollows = 1;
  auto& context = context_of(parser);
  context.m_leading_headers_completed = true;
  const bool announced = parser->content_length != ULLONG_MAX;
  if (!announced || parser->content_length <= kLongestBodyReadPast) return kGoOn;
  context.m_body.assign(kept_body_size(context), ' ');
  return kNoBodyFollows;
}

inline int on_body(http_parser* parser, const char* bytes, std::size_t count) noexcept {
  auto& context = context_of(parser);
  context.m_body.append(bytes, std::min(count, kept_body_size(context) - context.m_body.size()));
  return 0;
}

}  // namespace marquee::serving

namespace restinio::impl {

template <>
inline http_parser_settings create_parser_settings<marquee::serving::HttpMethods>() noexcept {
  http_parser_settings settings = create_parser_settings<default_http_methods_t>();
  settings.on_headers_complete = marquee::serving::on_headers_complete;
  settings.on_body = marquee::serving::on_body;
  settings.on_chunk_header = nullptr;  // would remember every chunk of an endless body
  return settings;
}

}  // namespace restinio::impl
