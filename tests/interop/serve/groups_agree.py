"""The groups as the broker tells of them beside what `kafkit dump-log --image` finds in its directory: groups_agree.py DIRECTORY.

Looks every half second until it is told to stop (SIGTERM), and once more then. Where the log of a group is the same before and
after the broker was asked, both have to say the same: state, protocol, members with what they were assigned, offsets.
"""

import glob
import json
import os
import signal
import subprocess
import sys
import threading

BROKER, KAFKIT = os.environ["BROKER"], os.environ["KAFKIT"]
EVERY_SECONDS = 0.5
# Between two generations the log still has the last one.
AT_REST = ("Stable", "Empty")


def told(*arguments):
    """The documents that kafkit prints."""
    done = subprocess.run([KAFKIT, *arguments, "--format", "json"], capture_output=True, text=True)
    documents, text = [], done.stdout.strip()
    while text:
        document, end = json.JSONDecoder().raw_decode(text)
        documents.append(document)
        text = text[end:].strip()
    # What a member sends for others to read may not read (kafka-go's subscription ends early), in an answer that does.
    if done.returncode and not (documents and all(document.get("verdict", {}).get("accepted") for document in documents)):
        raise RuntimeError(f"{arguments}: {done.returncode}: {done.stderr}")
    return documents


def asked(api, body, *version):
    (answer,) = told("send", api, BROKER, "--body", json.dumps(body), *version)
    return answer


def logged(directory):
    partitions = glob.glob(os.path.join(directory, "__consumer_offsets-*"))
    images = told("dump-log", *partitions, "--image") if partitions else []
    return {group["groupId"]: group for image in images for group in image["groups"]["groups"]}


def live():
    """The groups described, each with its offsets."""
    ids = [group["groupId"] for group in asked("list-groups", {})["body"]["groups"]]
    if not ids:
        return {}
    described = asked("describe-groups", {"groups": ids})
    assigned = {
        one["path"]: one["data"]["assignedPartitions"] for one in described.get("embedded", []) if one["path"].endswith("memberAssignment")
    }
    groups = {}
    for at, group in enumerate(described["body"]["groups"]):
        for number, member in enumerate(group["members"]):
            member["assignment"] = assigned.get(f"body.groups[{at}].members[{number}].memberAssignment")
        groups[group["groupId"]] = group
    fetched = asked("offset-fetch", {"groups": [{"groupId": id, "topics": None} for id in ids]}, "--api-version", "8")
    for group in fetched["body"]["groups"]:
        groups[group["groupId"]]["offsets"] = {
            (topic["name"], part["partitionIndex"]): (part["committedOffset"], part["committedLeaderEpoch"], part["metadata"])
            for topic in group["topics"]
            for part in topic["partitions"]
        }
    return groups


def places(assignment):
    return sorted((one["topic"], part) for one in assignment or [] for part in one["partitions"])


def seen(group):
    """What both have to say alike, of a group as the log has it."""
    members = {one["memberId"]: (one["groupInstanceId"], one["clientId"], one["clientHost"], places(one["assignment"])) for one in group["members"]}
    return group["state"], group["protocolType"], group["protocol"] or "", members, kept(group)


def shown(group):
    """The same of a group as the broker describes it."""
    members = {one["memberId"]: (one["groupInstanceId"], one["clientId"], one["clientHost"], places(one["assignment"])) for one in group["members"]}
    return group["groupState"], group["protocolType"], group["protocolData"], members, group["offsets"]


def kept(group):
    return {(one["topic"], one["partition"]): (one["offset"], one["leaderEpoch"], one["metadata"]) for one in group["offsets"]}


def without_lag(group):
    # The lag changes with what others produce.
    return {**group, "offsets": [{**one, "lag": None} for one in group["offsets"]]} if group else None


def differences(directory):
    """What differs, and how many groups were compared."""
    before, now, after = logged(directory), live(), logged(directory)
    found, compared = [], 0
    for name in set(before) | set(now) | set(after):
        if without_lag(before.get(name)) != without_lag(after.get(name)):
            continue
        log, group = after.get(name), now.get(name)
        compared += 1
        if group is None:
            found.append(f"{name}: only in the log")
        elif log is None:
            # Whose members are about to join has nothing in the log.
            if group["groupState"] == "Stable" or group["offsets"]:
                found.append(f"{name}: not in the log, but {shown(group)}")
        elif group["groupState"] in AT_REST:
            if shown(group) != seen(log):
                found.append(f"{name}: {shown(group)}, in the log {seen(log)}")
        elif group["offsets"] != kept(log):
            found.append(f"{name}: {group['offsets']}, in the log {kept(log)}")
    return found, compared


def main():
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    looks = compared = 0
    differ = []
    while True:
        last = stop.wait(EVERY_SECONDS)
        found, count = differences(sys.argv[1])
        looks, compared, differ = looks + 1, compared + count, differ + found
        if last:
            break
    print(f"groups: looked {looks} times at broker and directory, compared {compared} groups, {len(differ)} differ")
    print("\n".join(differ[:20]))
    sys.exit(1 if differ or not compared else 0)


main()
