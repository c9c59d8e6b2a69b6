"""Two data dirs and two ports side by side do not disturb each other."""

import unittest

from instance import InstanceTest


class TwoInstances(InstanceTest):
    def test_events_and_models_stay_apart(self):
        one, two = self.trained_instance("one"), self.trained_instance("two")
        one.start_server()
        two.start_server()
        ratings_of_two, list_of_two = two.ratings(), two.recommended(1)
        self.assertEqual(one.recommended(1), list_of_two, "same data, same list")
        one.must("produce", "--count", "100")
        one.must("consume", "--exit-when-idle", "1")
        one.must("train", "--deploy")
        self.assertEqual(one.http("POST", "/reload")[0], 200)
        two.must("pipeline", "run")
        self.assertNotEqual(one.recommended(1), list_of_two)
        self.assertEqual(two.recommended(1), list_of_two)
        self.assertEqual(two.ratings(), ratings_of_two)

    def test_both_stop_cleanly(self):
        one, two = self.trained_instance("one"), self.trained_instance("two")
        one.start_server()
        two.start_server()
        self.assertEqual(one.stop_server(), 0)
        self.assertEqual(len(two.recommended(1)), 20)
        self.assertEqual(two.stop_server(), 0)


if __name__ == "__main__":
    unittest.main()
