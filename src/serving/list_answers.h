// Bodies of the answers that come from the model's lists.
#pragma once

#include <string>

#include "serving/served_model.h"

namespace marquee::serving {

// Whose list it is: a user as the model was trained, or with newer ratings folded in.
struct ListOwner {
  UserId user = 0;
  const FoldedUser* folded = nullptr;  // null: as trained
};

// "318,296,593": ids best first, no blank and no newline. A user the model does not know gets the
// popular list.
std::string recommend_text(const ServedModel& served, const ListOwner& owner,
                           const ListRequest& wanted);

// {"user_id", "known", "model", "items": [{"id", "title", "genres", "score", "popular", "parts":
// {…}}]}
// "folded_in": true stands behind "model" where newer ratings were folded in.
std::string recommend_json(const ServedModel& served, const ListOwner& owner,
                           const ListRequest& wanted);

// {"movie_id", "title", "model", "items": [{"id", "title", "genres", "score"}]}; the model must
// know the movie. Movies that the server's rules do not allow are left out.
std::string similar_json(const ServedModel& served, MovieId movie, int top_n);

}  // namespace marquee::serving
