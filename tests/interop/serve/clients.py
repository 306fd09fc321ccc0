"""The suites of Python's clients, of what is driven from Python, and of the course: clients.py CLIENT [CASE]...

clients.py CLIENT member GROUP TOPIC is one of a group, until it is killed.
"""

import importlib
import sys

import groups
import suite

# What each is called in the table, and the modules with its cases, in the order they run in.
SUITES = {
    "confluent": ("confluent-kafka", ["confluent_suite", "confluent_groups"]),
    "kafka-python": ("kafka-python", ["kafka_python_suite", "kafka_python_groups"]),
    "kcat": ("kcat", ["kcat_suite", "kcat_groups"]),
    "java": ("java", ["java_suite", "java_groups"]),
    "course": ("the course", ["course_suite"]),
}

client, names = SUITES[sys.argv[1]]
modules = [importlib.import_module(name) for name in names]
if sys.argv[2:3] == ["member"]:
    groups.alone(modules[-1].Member(*sys.argv[3:]))
suite.run(client, sys.argv[2:])
