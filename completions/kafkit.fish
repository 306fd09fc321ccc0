# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_kafkit_global_optspecs
    string join \n color= h/help V/version
end

function __fish_kafkit_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_kafkit_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_kafkit_using_subcommand
    set -l cmd (__fish_kafkit_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c kafkit -n "__fish_kafkit_needs_command" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set; CLICOLOR_FORCE forces them'
always\t'Always'
never\t'Never'"
complete -c kafkit -n "__fish_kafkit_needs_command" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c kafkit -n "__fish_kafkit_needs_command" -s V -l version -d 'Print version'
complete -c kafkit -n "__fish_kafkit_needs_command" -f -a "decode" -d 'Explain the bytes of requests, responses, batches and records'
complete -c kafkit -n "__fish_kafkit_needs_command" -f -a "dump-log" -d 'Explain Kafka\'s files, healthy or broken, or a whole data directory'
complete -c kafkit -n "__fish_kafkit_needs_command" -f -a "serve" -d 'Run a broker on Kafka\'s own disk format'
complete -c kafkit -n "__fish_kafkit_needs_command" -f -a "encode" -d 'Turn JSON, as decode prints it, into bytes'
complete -c kafkit -n "__fish_kafkit_needs_command" -f -a "send" -d 'Send any request to a broker and explain what comes back'
complete -c kafkit -n "__fish_kafkit_needs_command" -f -a "apis" -d 'List Kafka\'s APIs, the fields of one, or what a version changed'
complete -c kafkit -n "__fish_kafkit_needs_command" -f -a "errors" -d 'List Kafka\'s error codes, or explain one'
complete -c kafkit -n "__fish_kafkit_needs_command" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c kafkit -n "__fish_kafkit_using_subcommand decode" -s f -l format -d 'How to show it' -r -f -a "tree\t'A line for each field: where, which bytes, which value, what it means'
hex\t'Each run of bytes beside the field that it is'
table\t'Tables of what the message says'
json\t'An object for each message, indented'
ndjson\t'An object for each message, one a line'"
complete -c kafkit -n "__fish_kafkit_using_subcommand decode" -l as -d 'What the input is, where that cannot be told from its bytes' -r -f -a "request\t'A request'
response\t'A response'
request-body\t'A request\'s body without its header'
response-body\t'A response\'s body without its header'
records\t'Record batches or message sets'
record-key\t'The key of a record that a coordinator wrote'
record-value\t'The value of a record that Kafka itself wrote'"
complete -c kafkit -n "__fish_kafkit_using_subcommand decode" -l api -d 'The API that a response, or a body alone, belongs to: a name or a key' -r
complete -c kafkit -n "__fish_kafkit_using_subcommand decode" -l api-version -d 'The API\'s version, or the version of a message that stands alone' -r
complete -c kafkit -n "__fish_kafkit_using_subcommand decode" -l header-version -d 'The version of the header, or none where a body stands alone' -r
complete -c kafkit -n "__fish_kafkit_using_subcommand decode" -l size -d 'Whether four bytes of size stand before each message' -r -f -a "yes\t''
no\t''"
complete -c kafkit -n "__fish_kafkit_using_subcommand decode" -l message -d 'Read as a message of this name that stands alone: ConsumerProtocolSubscription, TopicRecord, ...' -r
complete -c kafkit -n "__fish_kafkit_using_subcommand decode" -l log -d 'The log that records come from' -r -f -a "metadata\t'__cluster_metadata'
group\t'__consumer_offsets'
transaction\t'__transaction_state'
share\t'__share_group_state'
remote-log\t'__remote_log_metadata'"
complete -c kafkit -n "__fish_kafkit_using_subcommand decode" -l record-type -d 'Type of the record whose value is read: the first number in its key' -r
complete -c kafkit -n "__fish_kafkit_using_subcommand decode" -l input-format -d 'What the input is written in' -r -f -a "raw\t'Raw bytes'
hex\t'Hex in any spelling, dumps and arrays included'
base64\t'Base64'"
complete -c kafkit -n "__fish_kafkit_using_subcommand decode" -l max-frame-bytes -d 'The largest message that is taken in' -r
complete -c kafkit -n "__fish_kafkit_using_subcommand decode" -l max-decompressed-bytes -d 'How much the records of one message may decompress to' -r
complete -c kafkit -n "__fish_kafkit_using_subcommand decode" -l max-fields -d 'How many fields of one message are shown' -r
complete -c kafkit -n "__fish_kafkit_using_subcommand decode" -l repair-ms -d 'How long to look for the cause of a problem, in milliseconds a message' -r
complete -c kafkit -n "__fish_kafkit_using_subcommand decode" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set; CLICOLOR_FORCE forces them'
always\t'Always'
never\t'Never'"
complete -c kafkit -n "__fish_kafkit_using_subcommand decode" -l pair -d 'Requests and responses take turns: read each second message as the answer to the one before'
complete -c kafkit -n "__fish_kafkit_using_subcommand decode" -l lines -d 'Each line of text is a message'
complete -c kafkit -n "__fish_kafkit_using_subcommand decode" -l joined -d 'All lines of text are one run of bytes'
complete -c kafkit -n "__fish_kafkit_using_subcommand decode" -l show-secrets -d 'Show passwords, tokens, keys and salts'
complete -c kafkit -n "__fish_kafkit_using_subcommand decode" -l shallow -d 'Leave records and embedded messages as bytes'
complete -c kafkit -n "__fish_kafkit_using_subcommand decode" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c kafkit -n "__fish_kafkit_using_subcommand decode" -s V -l version -d 'Print version'
complete -c kafkit -n "__fish_kafkit_using_subcommand dump-log" -s f -l format -d 'How to show it' -r -f -a "table\t'A line for each batch, for a person [default]'
json\t'An object for each file'
ndjson\t'An object for each batch, record or entry, one a line'
kafka\t'What kafka-dump-log prints, byte for byte'
csv\t'A line for each batch, record or entry, with a heading'"
complete -c kafkit -n "__fish_kafkit_using_subcommand dump-log" -l as -d 'What the file is, where its content does not say or is not to be believed' -r -f -a "segment\t'Record batches or message sets'
offset-index\t'.index'
time-index\t'.timeindex'
txn-index\t'.txnindex'
producer-snapshot\t'.snapshot beside a segment'
metadata-snapshot\t'.checkpoint of __cluster_metadata'
leader-epoch-checkpoint\t'leader-epoch-checkpoint'
offset-checkpoint\t'recovery-point-offset-checkpoint and its siblings'
partition-metadata\t'partition.metadata'
meta-properties\t'meta.properties'
quorum-state\t'quorum-state'"
complete -c kafkit -n "__fish_kafkit_using_subcommand dump-log" -l log -d 'The log that the records belong to, where the directory\'s name does not say' -r -f -a "metadata\t'__cluster_metadata'
group\t'__consumer_offsets'
transaction\t'__transaction_state'
share\t'__share_group_state'
remote-log\t'__remote_log_metadata'"
complete -c kafkit -n "__fish_kafkit_using_subcommand dump-log" -l metadata -d 'A __cluster_metadata-0 directory, for the names of topics [default: the one beside the partition]' -r -F
complete -c kafkit -n "__fish_kafkit_using_subcommand dump-log" -l key-format -d 'How to show keys that Kafka itself did not write' -r
complete -c kafkit -n "__fish_kafkit_using_subcommand dump-log" -l value-format -d 'How to show values: auto, text, hex, base64, json, int, long, avro-id or string' -r
complete -c kafkit -n "__fish_kafkit_using_subcommand dump-log" -l max-decompressed-bytes -d 'How much one batch may decompress to' -r
complete -c kafkit -n "__fish_kafkit_using_subcommand dump-log" -l extract -d 'Write what is selected into a new directory: as segments with their indexes, unless --extract-as says otherwise' -r -F
complete -c kafkit -n "__fish_kafkit_using_subcommand dump-log" -l out -d 'Write what is selected into a new file: as NDJSON, unless --extract-as says otherwise' -r -F
complete -c kafkit -n "__fish_kafkit_using_subcommand dump-log" -l extract-as -d 'What selected records become' -r -f -a "segment\t'Segments with their indexes'
ndjson\t'A JSON object for each record, one a line'
values\t'The bytes of each value and a line feed'"
complete -c kafkit -n "__fish_kafkit_using_subcommand dump-log" -l at -d 'The state as of that offset (with it) or time' -r
complete -c kafkit -n "__fish_kafkit_using_subcommand dump-log" -l diff -d 'What changed in the cluster: between two offsets or times of the log that PATH names, or between two metadata logs or data directories. Of other logs, compare what --image --at shows of A and of B' -r
complete -c kafkit -n "__fish_kafkit_using_subcommand dump-log" -l offset -d 'Offsets: A, A..B (to before B), A..=B, A.., ..B' -r
complete -c kafkit -n "__fish_kafkit_using_subcommand dump-log" -l time -d 'Times: FROM..TO, FROM.., ..TO, or a day, minute or second; 2026-11-20, 2026-11-20T10:15Z, milliseconds since 1970, now, -2h, -1d' -r
complete -c kafkit -n "__fish_kafkit_using_subcommand dump-log" -l key -d 'Keys: the whole text, hex:0a0b, /regex/, /regex/i, null, or text:... for what looks like one of these' -r
complete -c kafkit -n "__fish_kafkit_using_subcommand dump-log" -l value -d 'Values: as keys' -r
complete -c kafkit -n "__fish_kafkit_using_subcommand dump-log" -l header -d 'Headers: NAME, or NAME=PATTERN' -r
complete -c kafkit -n "__fish_kafkit_using_subcommand dump-log" -l producer-id -d 'Records of that producer' -r
complete -c kafkit -n "__fish_kafkit_using_subcommand dump-log" -l type -d 'Types of the records that Kafka itself writes: PartitionRecord, OffsetCommit, COMMIT' -r
complete -c kafkit -n "__fish_kafkit_using_subcommand dump-log" -l group -d 'Records about that group, in __consumer_offsets and __share_group_state' -r
complete -c kafkit -n "__fish_kafkit_using_subcommand dump-log" -l topic -d 'Records about that topic (a name or an id) in the logs that Kafka itself writes; partitions of it in a data directory' -r
complete -c kafkit -n "__fish_kafkit_using_subcommand dump-log" -l limit -d 'At most so many records' -r
complete -c kafkit -n "__fish_kafkit_using_subcommand dump-log" -l tail -d 'Only the last so many records of each partition or file' -r
complete -c kafkit -n "__fish_kafkit_using_subcommand dump-log" -l files -d 'The files, with commas between them' -r
complete -c kafkit -n "__fish_kafkit_using_subcommand dump-log" -l max-message-size -d 'Size of the largest message' -r
complete -c kafkit -n "__fish_kafkit_using_subcommand dump-log" -l max-bytes -d 'Read no more of each log' -r
complete -c kafkit -n "__fish_kafkit_using_subcommand dump-log" -l key-decoder-class -d 'The class that reads keys' -r
complete -c kafkit -n "__fish_kafkit_using_subcommand dump-log" -l value-decoder-class -d 'The class that reads values' -r
complete -c kafkit -n "__fish_kafkit_using_subcommand dump-log" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set; CLICOLOR_FORCE forces them'
always\t'Always'
never\t'Never'"
complete -c kafkit -n "__fish_kafkit_using_subcommand dump-log" -s r -l records -d 'Show each record below its batch'
complete -c kafkit -n "__fish_kafkit_using_subcommand dump-log" -l deep -d 'Show every byte, as decode does'
complete -c kafkit -n "__fish_kafkit_using_subcommand dump-log" -l show-secrets -d 'Show passwords, tokens, keys and salts'
complete -c kafkit -n "__fish_kafkit_using_subcommand dump-log" -l verify -d 'Check every invariant of the files and between them; exit code 1 where one does not hold'
complete -c kafkit -n "__fish_kafkit_using_subcommand dump-log" -l stats -d 'Sum up what is selected: sizes, rates, keys, producers'
complete -c kafkit -n "__fish_kafkit_using_subcommand dump-log" -l follow -d 'Go on as a live segment grows and rolls'
complete -c kafkit -n "__fish_kafkit_using_subcommand dump-log" -l image -d 'Show what the records add up to: of __cluster_metadata the cluster, of __consumer_offsets the groups, of __transaction_state the transactions, of any partition its producers and open transactions'
complete -c kafkit -n "__fish_kafkit_using_subcommand dump-log" -l transactional -d 'Records of transactions only, their markers included'
complete -c kafkit -n "__fish_kafkit_using_subcommand dump-log" -l control -d 'Control records only'
complete -c kafkit -n "__fish_kafkit_using_subcommand dump-log" -l invert -d 'The records that the filters do not select'
complete -c kafkit -n "__fish_kafkit_using_subcommand dump-log" -l thorough -d 'Read on where timestamps seem to have passed the end of --time'
complete -c kafkit -n "__fish_kafkit_using_subcommand dump-log" -l print-data-log -d 'Print keys and payloads'
complete -c kafkit -n "__fish_kafkit_using_subcommand dump-log" -l deep-iteration -d 'Print each record'
complete -c kafkit -n "__fish_kafkit_using_subcommand dump-log" -l skip-record-metadata -d 'Print keys and payloads alone'
complete -c kafkit -n "__fish_kafkit_using_subcommand dump-log" -l verify-index-only -d 'Compare indexes with their logs and do not print them'
complete -c kafkit -n "__fish_kafkit_using_subcommand dump-log" -l index-sanity-check -d 'Make the check of indexes that a broker makes when it starts'
complete -c kafkit -n "__fish_kafkit_using_subcommand dump-log" -l offsets-decoder -d 'Read records as those of __consumer_offsets'
complete -c kafkit -n "__fish_kafkit_using_subcommand dump-log" -l transaction-log-decoder -d 'Read records as those of __transaction_state'
complete -c kafkit -n "__fish_kafkit_using_subcommand dump-log" -l cluster-metadata-decoder -d 'Read records as those of __cluster_metadata'
complete -c kafkit -n "__fish_kafkit_using_subcommand dump-log" -l remote-log-metadata-decoder -d 'Read records as those of __remote_log_metadata'
complete -c kafkit -n "__fish_kafkit_using_subcommand dump-log" -l share-group-state-decoder -d 'Read records as those of __share_group_state'
complete -c kafkit -n "__fish_kafkit_using_subcommand dump-log" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c kafkit -n "__fish_kafkit_using_subcommand dump-log" -s V -l version -d 'Print version'
complete -c kafkit -n "__fish_kafkit_using_subcommand serve" -l port -d 'Port on 127.0.0.1; 0 takes a free one' -r
complete -c kafkit -n "__fish_kafkit_using_subcommand serve" -l listen -d 'Address to listen on, host:port or NAME://host:port; more than once for several listeners' -r
complete -c kafkit -n "__fish_kafkit_using_subcommand serve" -l advertise -d 'Address that clients are told, host:port or NAME://host:port; by default where they came in' -r
complete -c kafkit -n "__fish_kafkit_using_subcommand serve" -l data -d 'Data directory, formatted on first use; by default log.dirs of the properties, or ./kafkit-data' -r -F
complete -c kafkit -n "__fish_kafkit_using_subcommand serve" -l cluster-id -d 'The cluster that a new data directory is for; one that is there has to be of it. By default a new one' -r
complete -c kafkit -n "__fish_kafkit_using_subcommand serve" -l topic -d 'A topic to have at start, made if it is not there: NAME[:PARTITIONS][,key=value]...' -r
complete -c kafkit -n "__fish_kafkit_using_subcommand serve" -l config -d 'A setting of Kafka\'s, before those of the properties' -r
complete -c kafkit -n "__fish_kafkit_using_subcommand serve" -l fsync -d 'When what was produced has to be on disk: never (some time after it is acknowledged, as in Kafka), always (before), or so many milliseconds in which others may join' -r
complete -c kafkit -n "__fish_kafkit_using_subcommand serve" -l log-format -d 'The form of log lines, on standard error' -r -f -a "text\t'For a person'
json\t'An object a line'"
complete -c kafkit -n "__fish_kafkit_using_subcommand serve" -l trace -d 'Show every request and response, as decode does' -r -f -a "line\t'A line for each message'
full\t'Each field'
hex\t'Each byte'"
complete -c kafkit -n "__fish_kafkit_using_subcommand serve" -l trace-api -d 'Trace only these APIs' -r
complete -c kafkit -n "__fish_kafkit_using_subcommand serve" -l trace-client -d 'Trace only clients whose id holds this' -r
complete -c kafkit -n "__fish_kafkit_using_subcommand serve" -l trace-topic -d 'Trace only messages that name this topic' -r
complete -c kafkit -n "__fish_kafkit_using_subcommand serve" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set; CLICOLOR_FORCE forces them'
always\t'Always'
never\t'Never'"
complete -c kafkit -n "__fish_kafkit_using_subcommand serve" -l temp -d 'A data directory of its own, removed at exit'
complete -c kafkit -n "__fish_kafkit_using_subcommand serve" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c kafkit -n "__fish_kafkit_using_subcommand serve" -s V -l version -d 'Print version'
complete -c kafkit -n "__fish_kafkit_using_subcommand encode" -s o -l output -d 'How to write the bytes: a line of text for each message, or nothing but the bytes' -r -f -a "hex\t'Hexadecimal digits'
raw\t'The bytes themselves, back to back'
base64\t'Base64'"
complete -c kafkit -n "__fish_kafkit_using_subcommand encode" -l as -d 'What the object is where it is a body, without "kind" around it' -r -f -a "request\t'A request: a header is put before it'
response\t'A response: a header is put before it'
request-body\t'A request\'s body without a header'
response-body\t'A response\'s body without a header'"
complete -c kafkit -n "__fish_kafkit_using_subcommand encode" -l api -d 'The API, instead of the one that the JSON names: a name or a key' -r
complete -c kafkit -n "__fish_kafkit_using_subcommand encode" -l api-version -d 'The version, instead of the one that the JSON names' -r
complete -c kafkit -n "__fish_kafkit_using_subcommand encode" -l header-version -d 'The version of the header, or none for the body alone' -r
complete -c kafkit -n "__fish_kafkit_using_subcommand encode" -l size -d 'Whether to put four bytes of size before each message; otherwise where the JSON has "size"' -r -f -a "yes\t''
no\t''"
complete -c kafkit -n "__fish_kafkit_using_subcommand encode" -l message -d 'The object is a message of this name that stands alone' -r
complete -c kafkit -n "__fish_kafkit_using_subcommand encode" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set; CLICOLOR_FORCE forces them'
always\t'Always'
never\t'Never'"
complete -c kafkit -n "__fish_kafkit_using_subcommand encode" -l defaults -d 'Fields that are not there take their default, instead of being refused'
complete -c kafkit -n "__fish_kafkit_using_subcommand encode" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c kafkit -n "__fish_kafkit_using_subcommand encode" -s V -l version -d 'Print version'
complete -c kafkit -n "__fish_kafkit_using_subcommand send" -s f -l format -d 'How to show what comes back' -r -f -a "table\t'Tables of what the message says'
tree\t'A line for each field: where, which bytes, which value, what it means'
hex\t'Each run of bytes beside the field that it is'
json\t'An object for each message, indented'
ndjson\t'An object for each message, one a line'"
complete -c kafkit -n "__fish_kafkit_using_subcommand send" -l hex-out -d 'Write everything that goes over the wire to a file, a line of hex for each message: kafkit decode reads it' -r
complete -c kafkit -n "__fish_kafkit_using_subcommand send" -l body -d 'The body of the request: JSON, @FILE with JSON, or - for standard input' -r
complete -c kafkit -n "__fish_kafkit_using_subcommand send" -l set -d 'Set one value of the request, or of its header: topics[0].name=orders, header.clientId=null' -r
complete -c kafkit -n "__fish_kafkit_using_subcommand send" -l api-version -d 'The version; otherwise the newest both sides know' -r
complete -c kafkit -n "__fish_kafkit_using_subcommand send" -l client-id -d 'Who the request says it is from' -r
complete -c kafkit -n "__fish_kafkit_using_subcommand send" -l max-wait -d 'Fetch: how long the broker may wait for --min-bytes' -r
complete -c kafkit -n "__fish_kafkit_using_subcommand send" -l min-bytes -d 'Fetch: how much the broker waits for' -r
complete -c kafkit -n "__fish_kafkit_using_subcommand send" -l max-bytes -d 'Fetch: how much it may send in all' -r
complete -c kafkit -n "__fish_kafkit_using_subcommand send" -l partition-max-bytes -d 'Fetch: how much it may send of each partition' -r
complete -c kafkit -n "__fish_kafkit_using_subcommand send" -l isolation -d 'Which records count: all, or only those of transactions that were committed' -r -f -a "uncommitted\t'All records (read_uncommitted)'
committed\t'Only those before the last stable offset, and what is needed to leave out aborted ones (read_committed)'"
complete -c kafkit -n "__fish_kafkit_using_subcommand send" -l at -d 'List-offsets: earliest, latest, max-timestamp, earliest-local, latest-tiered, a time or a timestamp' -r
complete -c kafkit -n "__fish_kafkit_using_subcommand send" -s k -l key -d 'The record\'s key' -r
complete -c kafkit -n "__fish_kafkit_using_subcommand send" -s v -l value -d 'The record\'s value; without it, and without --null, lines of standard input are values' -r
complete -c kafkit -n "__fish_kafkit_using_subcommand send" -s H -l header -d 'A header of every record; without = it has no value. May be repeated' -r
complete -c kafkit -n "__fish_kafkit_using_subcommand send" -l lines -d 'Each line of a file, or of - for standard input, is a record' -r
complete -c kafkit -n "__fish_kafkit_using_subcommand send" -l key-separator -d 'What stands between key and value in a line' -r
complete -c kafkit -n "__fish_kafkit_using_subcommand send" -s p -l partition -d 'The partition; otherwise the one that Kafka\'s own producer puts the key into, 0 without a key' -r
complete -c kafkit -n "__fish_kafkit_using_subcommand send" -l compression -d 'How batches are compressed' -r -f -a "none\t''
gzip\t''
snappy\t''
lz4\t''
zstd\t''"
complete -c kafkit -n "__fish_kafkit_using_subcommand send" -l acks -d 'Whose acknowledgement is waited for: all in-sync replicas, the leader (1), nobody (0)' -r
complete -c kafkit -n "__fish_kafkit_using_subcommand send" -l timestamp -d 'When the records are from: a time, or milliseconds since 1970; otherwise now' -r
complete -c kafkit -n "__fish_kafkit_using_subcommand send" -l producer -d 'As an idempotent producer: its id, epoch and next sequence number' -r
complete -c kafkit -n "__fish_kafkit_using_subcommand send" -l raw -d 'Send these bytes as they are: hex in any spelling, base64, a file with either or with raw bytes, -' -r
complete -c kafkit -n "__fish_kafkit_using_subcommand send" -l mutate -d 'Make the bytes wrong: truncate=N, flip=N[:BIT], put=N:HEX, insert=N:HEX, size=N|+N|-=N|fit, repeat=N' -r
complete -c kafkit -n "__fish_kafkit_using_subcommand send" -l repeat -d 'Send it so many times, each with its own correlation id' -r
complete -c kafkit -n "__fish_kafkit_using_subcommand send" -l pipeline -d 'So many requests under way at once, on one connection' -r
complete -c kafkit -n "__fish_kafkit_using_subcommand send" -l timeout -d 'How long to wait for a connection, and for each response' -r
complete -c kafkit -n "__fish_kafkit_using_subcommand send" -l max-response-bytes -d 'The largest response that is taken in' -r
complete -c kafkit -n "__fish_kafkit_using_subcommand send" -l max-decompressed-bytes -d 'How much the records of one response may decompress to' -r
complete -c kafkit -n "__fish_kafkit_using_subcommand send" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set; CLICOLOR_FORCE forces them'
always\t'Always'
never\t'Never'"
complete -c kafkit -n "__fish_kafkit_using_subcommand send" -l show-request -d 'Show the request too'
complete -c kafkit -n "__fish_kafkit_using_subcommand send" -l fail-on-error -d 'Exit with 1 when any error code in a response is not 0'
complete -c kafkit -n "__fish_kafkit_using_subcommand send" -l show-secrets -d 'Show passwords, tokens, keys and salts'
complete -c kafkit -n "__fish_kafkit_using_subcommand send" -l null -d 'The record has no value: a tombstone'
complete -c kafkit -n "__fish_kafkit_using_subcommand send" -l create -d 'The broker may make the topic, where it is set to'
complete -c kafkit -n "__fish_kafkit_using_subcommand send" -l no-negotiate -d 'Send nothing but the request: no ApiVersions, Metadata or FindCoordinator before it'
complete -c kafkit -n "__fish_kafkit_using_subcommand send" -l no-follow -d 'Ask the address itself, not the leader or coordinator'
complete -c kafkit -n "__fish_kafkit_using_subcommand send" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c kafkit -n "__fish_kafkit_using_subcommand send" -s V -l version -d 'Print version'
complete -c kafkit -n "__fish_kafkit_using_subcommand apis" -l api-version -d 'Which version\'s fields to show, or A..B for what changed between two; the newest otherwise' -r
complete -c kafkit -n "__fish_kafkit_using_subcommand apis" -l diff -d 'What changed between two versions' -r
complete -c kafkit -n "__fish_kafkit_using_subcommand apis" -s f -l format -d 'How to show it' -r -f -a "table\t'For reading'
json\t'For programs'"
complete -c kafkit -n "__fish_kafkit_using_subcommand apis" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set; CLICOLOR_FORCE forces them'
always\t'Always'
never\t'Never'"
complete -c kafkit -n "__fish_kafkit_using_subcommand apis" -l messages -d 'List the messages that are not requests or responses: headers, records, embedded ones'
complete -c kafkit -n "__fish_kafkit_using_subcommand apis" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c kafkit -n "__fish_kafkit_using_subcommand apis" -s V -l version -d 'Print version'
complete -c kafkit -n "__fish_kafkit_using_subcommand errors" -s f -l format -d 'How to show it' -r -f -a "table\t'For reading'
json\t'For programs'"
complete -c kafkit -n "__fish_kafkit_using_subcommand errors" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set; CLICOLOR_FORCE forces them'
always\t'Always'
never\t'Never'"
complete -c kafkit -n "__fish_kafkit_using_subcommand errors" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c kafkit -n "__fish_kafkit_using_subcommand errors" -s V -l version -d 'Print version'
complete -c kafkit -n "__fish_kafkit_using_subcommand help; and not __fish_seen_subcommand_from decode dump-log serve encode send apis errors help" -f -a "decode" -d 'Explain the bytes of requests, responses, batches and records'
complete -c kafkit -n "__fish_kafkit_using_subcommand help; and not __fish_seen_subcommand_from decode dump-log serve encode send apis errors help" -f -a "dump-log" -d 'Explain Kafka\'s files, healthy or broken, or a whole data directory'
complete -c kafkit -n "__fish_kafkit_using_subcommand help; and not __fish_seen_subcommand_from decode dump-log serve encode send apis errors help" -f -a "serve" -d 'Run a broker on Kafka\'s own disk format'
complete -c kafkit -n "__fish_kafkit_using_subcommand help; and not __fish_seen_subcommand_from decode dump-log serve encode send apis errors help" -f -a "encode" -d 'Turn JSON, as decode prints it, into bytes'
complete -c kafkit -n "__fish_kafkit_using_subcommand help; and not __fish_seen_subcommand_from decode dump-log serve encode send apis errors help" -f -a "send" -d 'Send any request to a broker and explain what comes back'
complete -c kafkit -n "__fish_kafkit_using_subcommand help; and not __fish_seen_subcommand_from decode dump-log serve encode send apis errors help" -f -a "apis" -d 'List Kafka\'s APIs, the fields of one, or what a version changed'
complete -c kafkit -n "__fish_kafkit_using_subcommand help; and not __fish_seen_subcommand_from decode dump-log serve encode send apis errors help" -f -a "errors" -d 'List Kafka\'s error codes, or explain one'
complete -c kafkit -n "__fish_kafkit_using_subcommand help; and not __fish_seen_subcommand_from decode dump-log serve encode send apis errors help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
