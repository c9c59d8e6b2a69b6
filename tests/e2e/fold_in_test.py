"""server.fold_in: ratings count at once, without training and without a reload."""

import json
import unittest

from instance import InstanceTest, wait_until


class FoldIn(InstanceTest):
    STRANGER = 987_654  # in no data set

    def setUp(self):
        super().setUp()
        self.marquee = self.trained_instance()
        self.marquee.settings["server.fold_in"] = "true"
        self.marquee.start_server()

    def rate(self, user, movie, rating=5):
        status, text = self.marquee.http("POST", "/events",
                                         {"user_id": user, "movie_id": movie, "rating": rating})
        self.assertEqual(status, 200, text)

    def test_a_strangers_first_rating_makes_the_list_a_personal_one(self):
        popular = self.marquee.recommended(self.STRANGER)
        self.rate(self.STRANGER, popular[0])
        wait_until(lambda: self.marquee.recommended(self.STRANGER) != popular)
        after = json.loads(self.marquee.http("GET", f"/internal/recommend/{self.STRANGER}")[1])
        self.assertTrue(after["folded_in"])
        self.assertFalse(after["known"], "the model was not trained on this user")
        self.assertEqual(len(after["items"]), 20)
        for item in after["items"]:
            self.assertFalse(item["popular"])
            self.assertNotEqual(item["id"], popular[0], "a rated movie is not recommended")

    def test_a_known_users_list_follows_new_ratings_and_nobody_elses_does(self):
        before, other = self.marquee.recommended(1), self.marquee.recommended(2)
        self.rate(1, before[0])
        wait_until(lambda: before[0] not in self.marquee.recommended(1))
        self.assertEqual(len(self.marquee.recommended(1)), 20)
        self.assertEqual(self.marquee.recommended(2), other)

    def test_without_new_ratings_the_list_is_that_of_the_model(self):
        lists = self.folder / "lists.csv"
        self.marquee.must("recommend", "--all", "--out", lists)
        trained = dict(line.split(",") for line in lists.read_text().splitlines())
        for user in list(trained)[:20]:
            self.assertEqual(self.marquee.recommended(user), [int(m) for m in trained[user].split()])


if __name__ == "__main__":
    unittest.main()
