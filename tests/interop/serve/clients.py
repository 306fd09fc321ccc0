"""The suites of Python's clients, of what is driven from Python, and of the course: clients.py CLIENT [CASE]..."""

import importlib
import sys

import suite

# What each is called in the table, and the modules with its cases, in the order they run in.
SUITES = {
    "confluent": ("confluent-kafka", ["confluent_suite", "confluent_groups"]),
    "kafka-python": ("kafka-python", ["kafka_python_suite", "kafka_python_groups"]),
    "kcat": ("kcat", ["kcat_suite", "kcat_groups"]),
    "java": ("java", ["java_suite", "java_groups"]),
    "course": ("the course", ["course_suite"]),
}

client, modules = SUITES[sys.argv[1]]
for module in modules:
    importlib.import_module(module)
suite.run(client, sys.argv[2:])
