// Whether bytes that came as an event speak of one of these users: for forgetting them. The bytes
// may be anything: an event, a line of an access log, or what was refused as neither.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/rating.h"

namespace marquee {

// Immutable; thread-safe.
class UserMentions {
 public:
  // Each user counts once, however often it is given.
  explicit UserMentions(std::span<const UserId> users);

  // Ascending.
  std::span<const UserId> users() const { return users_; }
  bool contains(UserId user) const;

  // Whether the digits of an id stand anywhere in `bytes`: quick, and true more often than needed.
  bool may_be_in(std::string_view bytes) const;

  // Whether a "user_id" of these users stands in it, at any depth, as a number or as a text,
  // however broken the JSON around it is; or, where it is no JSON, whether its second field between
  // commas is one, as in a line of an access log.
  bool are_in(std::string_view payload) const;

 private:
  bool stand_in_a_field(std::string_view payload) const;
  bool is_one(std::string_view digits) const;

  std::vector<UserId> users_;
  std::vector<std::string> digits_;
};

}  // namespace marquee
