"""What the broker says of its groups beside what `kafkit dump-log --image` finds in its directory: groups_agree.py DIRECTORY."""

import glob
import json
import os
import subprocess
import sys

BROKER, KAFKIT = os.environ["BROKER"], os.environ["KAFKIT"]


def told(*arguments):
    return json.loads(subprocess.run([KAFKIT, *arguments, "--format", "json"], capture_output=True, check=True).stdout)


def asked(api, body, *version):
    return told("send", api, BROKER, "--body", json.dumps(body), *version)["body"]


def committed(group):
    """The offsets by topic and partition, as the broker has them."""
    found = asked("offset-fetch", {"groupId": group, "topics": None}, "--api-version", "7")
    return {
        (topic["name"], part["partitionIndex"]): (part["committedOffset"], part["metadata"])
        for topic in found["topics"]
        for part in topic["partitions"]
    }


logged = {}
for directory in glob.glob(os.path.join(sys.argv[1], "__consumer_offsets-*")):
    if any(os.path.getsize(log) for log in glob.glob(os.path.join(directory, "*.log"))):
        image = told("dump-log", directory, "--image")
        logged.update({group["groupId"]: group for group in image["groups"]["groups"]})
live = {group["groupId"]: group for group in asked("list-groups", {})["groups"]}
differ = [f"groups {sorted(set(logged) ^ set(live))}"] if set(logged) != set(live) else []
places = 0
for name, group in logged.items():
    if name not in live:
        continue
    if group["state"] != live[name]["groupState"]:
        differ.append(f"{name}: {live[name]['groupState']}, in the log {group['state']}")
    written = {(one["topic"], one["partition"]): (one["offset"], one["metadata"]) for one in group["offsets"]}
    places += len(written)
    if committed(name) != written:
        differ.append(f"{name}: {committed(name)}, in the log {written}")
print(f"{len(logged)} groups with {places} offsets: " + ("; ".join(differ) if differ else "broker and directory agree"))
sys.exit(1 if differ else 0)
