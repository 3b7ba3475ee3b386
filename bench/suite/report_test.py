"""python3 -m unittest suite.report_test, in bench/"""

import copy
import unittest

from . import changes, engine, report, table, verdicts

ROW = {"runs": 3, "failures": 0, "requests_per_second": 1000.0, "cpu_us": 10.0, "p50_us": 50.0,
       "p99_us": 100.0, "written_bytes": None}
RUN = {"date": "2026-12-01", "machine": {"cpus": 2, "model": "A", "kernel": "6"}, "sections": {
    "http": {"date": "2026-12-01", "rounds": 3, "seconds": 1, "loads": {
        "wrk -c64": {"counterd": ROW, "floor, 1 thread": ROW | {"cpu_us": 8.0}}},
             "facts": {"instructions, /inc": 5000}}}}


def changed(load="wrk -c64", **figures):
    run = copy.deepcopy(RUN)
    run["sections"]["http"]["loads"][load]["counterd"].update(figures)
    return report.flat(run)


class ReportTest(unittest.TestCase):
    def test_every_published_run_can_be_read_and_compared(self):
        for before in report.published():
            self.assertIn("wrk -c64", report.flat(before)["loads"])
            self.assertIn("Compared with", changes.text(report.flat(RUN), report.flat(before)))

    def test_a_figure_that_is_worse_is_listed_with_both_values(self):
        text = changes.text(changed(cpu_us=12.0), report.flat(RUN))
        self.assertIn("| wrk -c64, counterd, CPU µs/request | 10.00 | 12.00 |", text)
        self.assertIn("| CPU, -c64, / floor | 1.25 | 1.50 |", text)

    def test_fewer_requests_per_second_are_worse_and_more_are_not(self):
        self.assertIn("requests/s", changes.text(changed(requests_per_second=800.0), report.flat(RUN)))
        self.assertIn("Nothing.", changes.text(changed(requests_per_second=1200.0), report.flat(RUN)))

    def test_noise_and_improvements_are_not_listed(self):
        self.assertIn("Nothing.", changes.text(changed(cpu_us=10.5, p50_us=20.0), report.flat(RUN)))

    def test_on_another_machine_only_ratios_bytes_and_instructions_are_compared(self):
        now = changed(cpu_us=12.0)
        now["machine"] = now["machine"] | {"model": "B"}
        now["facts"] = {"instructions, /inc": 5200}
        text = changes.text(now, report.flat(RUN))
        self.assertIn("| CPU, -c64, / floor |", text)
        self.assertIn("| instructions, /inc | 5,000.00 | 5,200.00 |", text)
        self.assertNotIn("µs/request", text)

    def test_what_was_not_measured_is_named(self):
        text = verdicts.as_table({}, {})
        self.assertIn("Not measured: CPU, -c64, / floor;", text)

    def test_the_page_begins_each_row_with_cpu(self):
        self.assertIn("| wrk -c64 | floor, 1 thread | 8.00 | 0.80 | 1,000 | 1.00 | 50 | 100 | 0 |",
                      report.page(RUN))

    def test_counterd_in_front_of_a_database_is_compared_with_pgbench(self):
        name = engine.random_names(False)
        rows = {"counterd": ROW | {"requests_per_second": 15_000.0, "database_cpu_us": 20.0},
                engine.PGBENCH: ROW | {"database_cpu_us": 500.0}}
        self.assertIn(f"| {name}, counterd, requests/s, / {engine.PGBENCH} | 15.00 | 12 | 20 | met |",
                      verdicts.as_table({name: rows}, {}))
        self.assertIn(f"| {name} | {engine.PGBENCH} | 500.00 | 25.00 |",
                      table.of_database_cpu({name: rows}))

    def test_without_a_database_there_is_no_table_of_its_cpu(self):
        self.assertEqual("", table.of_database_cpu(report.flat(RUN)["loads"]))


if __name__ == "__main__":
    unittest.main()
