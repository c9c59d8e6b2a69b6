"""What a person does to see the flow work: events alone change nothing; training and reload do."""

import json
import unittest

from instance import InstanceTest, wait_until


class ByHand(InstanceTest):
    def setUp(self):
        super().setUp()
        self.marquee = self.new_instance()
        self.import_into(self.marquee, self.generate())
        self.marquee.must("pipeline", "run")
        self.marquee.start_server()
        self.before = self.marquee.recommended(1)

    def produce_and_wait(self):
        """100 events, applied by the consumer inside the server."""
        had = self.rated_by_user_1()
        self.marquee.must("produce", "--count", "100")
        self.marquee.must("consume", "--exit-when-idle", "1")
        wait_until(lambda: len(self.rated_by_user_1()) >= len(had) + 20)
        return self.rated_by_user_1() - had

    def rated_by_user_1(self):
        return {movie for (movie,) in self.marquee.query("SELECT movie_id FROM ratings WHERE user_id = 1")}

    def assert_list_of_20(self, movies):
        self.assertEqual(len(movies), 20)
        self.assertEqual(len(set(movies)), 20)

    def test_the_list_changes_after_training_and_reload_and_not_before(self):
        self.assert_list_of_20(self.before)
        rated = self.produce_and_wait()
        self.assertEqual(self.marquee.recommended(1), self.before, "events alone change nothing")
        self.marquee.must("train", "--deploy")
        self.assertEqual(self.marquee.recommended(1), self.before, "a deployed model waits for the reload")
        status, text = self.marquee.http("POST", "/reload")
        self.assertEqual(status, 200, text)
        after = self.marquee.recommended(1)
        self.assert_list_of_20(after)
        self.assertNotEqual(after, self.before)
        self.assertFalse(rated & set(after), "rated movies are not recommended")

    def test_reload_from_data_trains_by_itself(self):
        rated = self.produce_and_wait()
        self.assertEqual(self.marquee.recommended(1), self.before)
        status, text = self.marquee.http("POST", "/reload", {"source": "data"})
        self.assertEqual(status, 200, text)
        after = self.marquee.recommended(1)
        self.assert_list_of_20(after)
        self.assertNotEqual(after, self.before)
        self.assertFalse(rated & set(after), "rated movies are not recommended")

    def test_an_event_sent_over_http_is_applied(self):
        movie = self.before[0]
        status, text = self.marquee.http("POST", "/events", {"user_id": 1, "movie_id": movie, "rating": 4.5})
        self.assertIn(status, (200, 201, 202), text)
        self.assertLessEqual({"topic", "partition", "offset"}, json.loads(text).keys())
        wait_until(lambda: movie in self.rated_by_user_1())
        self.assertEqual(self.marquee.recommended(1), self.before)
        self.marquee.must("pipeline", "run")
        self.assertNotIn(movie, self.marquee.recommended(1), "the pipeline reloads the server")

    def test_reload_tells_the_old_and_the_new_version(self):
        self.produce_and_wait()
        served = json.loads(self.marquee.http("GET", "/health")[1])["model"]["version"]
        self.marquee.must("train", "--deploy", "--run-id", "20300101_020000")
        answer = json.loads(self.marquee.http("POST", "/reload")[1])
        self.assertEqual(answer["old"], served)
        self.assertEqual(answer["new"], "hybrid_model_20300101_020000")


if __name__ == "__main__":
    unittest.main()
