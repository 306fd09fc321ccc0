
use builtin;
use str;

set edit:completion:arg-completer[kafkit] = {|@words|
    fn spaces {|n|
        builtin:repeat $n ' ' | str:join ''
    }
    fn cand {|text desc|
        edit:complex-candidate $text &display=$text' '(spaces (- 14 (wcswidth $text)))$desc
    }
    var command = 'kafkit'
    for word $words[1..-1] {
        if (str:has-prefix $word '-') {
            break
        }
        set command = $command';'$word
    }
    var completions = [
        &'kafkit'= {
            cand --color 'When to use colours'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
            cand decode 'Explain the bytes of requests, responses, batches and records'
            cand dump-log 'Explain Kafka''s files, healthy or broken, or a whole data directory'
            cand serve 'Run a broker on Kafka''s own disk format'
            cand encode 'Turn JSON, as decode prints it, into bytes'
            cand send 'Send any request to a broker and explain what comes back'
            cand apis 'List Kafka''s APIs, the fields of one, or what a version changed'
            cand errors 'List Kafka''s error codes, or explain one'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'kafkit;decode'= {
            cand -f 'How to show it'
            cand --format 'How to show it'
            cand --as 'What the input is, where that cannot be told from its bytes'
            cand --api 'The API that a response, or a body alone, belongs to: a name or a key'
            cand --api-version 'The API''s version, or the version of a message that stands alone'
            cand --header-version 'The version of the header, or none where a body stands alone'
            cand --size 'Whether four bytes of size stand before each message'
            cand --message 'Read as a message of this name that stands alone: ConsumerProtocolSubscription, TopicRecord, ...'
            cand --log 'The log that records come from'
            cand --record-type 'Type of the record whose value is read: the first number in its key'
            cand --input-format 'What the input is written in'
            cand --max-frame-bytes 'The largest message that is taken in'
            cand --max-decompressed-bytes 'How much the records of one message may decompress to'
            cand --max-fields 'How many fields of one message are shown'
            cand --repair-ms 'How long to look for the cause of a problem, in milliseconds a message'
            cand --color 'When to use colours'
            cand --pair 'Requests and responses take turns: read each second message as the answer to the one before'
            cand --lines 'Each line of text is a message'
            cand --joined 'All lines of text are one run of bytes'
            cand --show-secrets 'Show passwords, tokens, keys and salts'
            cand --shallow 'Leave records and embedded messages as bytes'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'kafkit;dump-log'= {
            cand -f 'How to show it'
            cand --format 'How to show it'
            cand --as 'What the file is, where its content does not say or is not to be believed'
            cand --log 'The log that the records belong to, where the directory''s name does not say'
            cand --metadata 'A __cluster_metadata-0 directory, for the names of topics [default: the one beside the partition]'
            cand --key-format 'How to show keys that Kafka itself did not write'
            cand --value-format 'How to show values: auto, text, hex, base64, json, int, long, avro-id or string'
            cand --max-decompressed-bytes 'How much one batch may decompress to'
            cand --extract 'Write what is selected into a new directory: as segments with their indexes, unless --extract-as says otherwise'
            cand --out 'Write what is selected into a new file: as NDJSON, unless --extract-as says otherwise'
            cand --extract-as 'What selected records become'
            cand --at 'The state as of that offset (with it) or time'
            cand --diff 'What changed in the cluster: between two offsets or times of the log that PATH names, or between two metadata logs or data directories. Of other logs, compare what --image --at shows of A and of B'
            cand --offset 'Offsets: A, A..B (to before B), A..=B, A.., ..B'
            cand --time 'Times: FROM..TO, FROM.., ..TO, or a day, minute or second; 2026-11-20, 2026-11-20T10:15Z, milliseconds since 1970, now, -2h, -1d'
            cand --key 'Keys: the whole text, hex:0a0b, /regex/, /regex/i, null, or text:... for what looks like one of these'
            cand --value 'Values: as keys'
            cand --header 'Headers: NAME, or NAME=PATTERN'
            cand --producer-id 'Records of that producer'
            cand --type 'Types of the records that Kafka itself writes: PartitionRecord, OffsetCommit, COMMIT'
            cand --group 'Records about that group, in __consumer_offsets and __share_group_state'
            cand --topic 'Records about that topic (a name or an id) in the logs that Kafka itself writes; partitions of it in a data directory'
            cand --limit 'At most so many records'
            cand --tail 'Only the last so many records of each partition or file'
            cand --files 'The files, with commas between them'
            cand --max-message-size 'Size of the largest message'
            cand --max-bytes 'Read no more of each log'
            cand --key-decoder-class 'The class that reads keys'
            cand --value-decoder-class 'The class that reads values'
            cand --color 'When to use colours'
            cand -r 'Show each record below its batch'
            cand --records 'Show each record below its batch'
            cand --deep 'Show every byte, as decode does'
            cand --show-secrets 'Show passwords, tokens, keys and salts'
            cand --verify 'Check every invariant of the files and between them; exit code 1 where one does not hold'
            cand --stats 'Sum up what is selected: sizes, rates, keys, producers'
            cand --follow 'Go on as a live segment grows and rolls'
            cand --image 'Show what the records add up to: of __cluster_metadata the cluster, of __consumer_offsets the groups, of __transaction_state the transactions, of any partition its producers and open transactions'
            cand --transactional 'Records of transactions only, their markers included'
            cand --control 'Control records only'
            cand --invert 'The records that the filters do not select'
            cand --thorough 'Read on where timestamps seem to have passed the end of --time'
            cand --print-data-log 'Print keys and payloads'
            cand --deep-iteration 'Print each record'
            cand --skip-record-metadata 'Print keys and payloads alone'
            cand --verify-index-only 'Compare indexes with their logs and do not print them'
            cand --index-sanity-check 'Make the check of indexes that a broker makes when it starts'
            cand --offsets-decoder 'Read records as those of __consumer_offsets'
            cand --transaction-log-decoder 'Read records as those of __transaction_state'
            cand --cluster-metadata-decoder 'Read records as those of __cluster_metadata'
            cand --remote-log-metadata-decoder 'Read records as those of __remote_log_metadata'
            cand --share-group-state-decoder 'Read records as those of __share_group_state'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'kafkit;serve'= {
            cand --port 'Port on 127.0.0.1; 0 takes a free one'
            cand --listen 'Address to listen on, host:port or NAME://host:port; more than once for several listeners'
            cand --advertise 'Address that clients are told, host:port or NAME://host:port; by default where they came in'
            cand --data 'Data directory, formatted on first use; by default log.dirs of the properties, or ./kafkit-data'
            cand --cluster-id 'The cluster that a new data directory is for; one that is there has to be of it. By default a new one'
            cand --topic 'A topic to have at start, made if it is not there: NAME[:PARTITIONS][,key=value]...'
            cand --config 'A setting of Kafka''s, before those of the properties'
            cand --fsync 'When what was produced has to be on disk: never (some time after it is acknowledged, as in Kafka), always (before), or so many milliseconds in which others may join'
            cand --log-format 'The form of log lines, on standard error'
            cand --trace 'Show every request and response, as decode does'
            cand --trace-api 'Trace only these APIs'
            cand --trace-client 'Trace only clients whose id holds this'
            cand --trace-topic 'Trace only messages that name this topic'
            cand --color 'When to use colours'
            cand --temp 'A data directory of its own, removed at exit'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'kafkit;encode'= {
            cand -o 'How to write the bytes: a line of text for each message, or nothing but the bytes'
            cand --output 'How to write the bytes: a line of text for each message, or nothing but the bytes'
            cand --as 'What the object is where it is a body, without "kind" around it'
            cand --api 'The API, instead of the one that the JSON names: a name or a key'
            cand --api-version 'The version, instead of the one that the JSON names'
            cand --header-version 'The version of the header, or none for the body alone'
            cand --size 'Whether to put four bytes of size before each message; otherwise where the JSON has "size"'
            cand --message 'The object is a message of this name that stands alone'
            cand --color 'When to use colours'
            cand --defaults 'Fields that are not there take their default, instead of being refused'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'kafkit;send'= {
            cand -f 'How to show what comes back'
            cand --format 'How to show what comes back'
            cand --hex-out 'Write everything that goes over the wire to a file, a line of hex for each message: kafkit decode reads it'
            cand --body 'The body of the request: JSON, @FILE with JSON, or - for standard input'
            cand --set 'Set one value of the request, or of its header: topics[0].name=orders, header.clientId=null'
            cand --api-version 'The version; otherwise the newest both sides know'
            cand --client-id 'Who the request says it is from'
            cand --max-wait 'Fetch: how long the broker may wait for --min-bytes'
            cand --min-bytes 'Fetch: how much the broker waits for'
            cand --max-bytes 'Fetch: how much it may send in all'
            cand --partition-max-bytes 'Fetch: how much it may send of each partition'
            cand --isolation 'Which records count: all, or only those of transactions that were committed'
            cand --at 'List-offsets: earliest, latest, max-timestamp, earliest-local, latest-tiered, a time or a timestamp'
            cand -k 'The record''s key'
            cand --key 'The record''s key'
            cand -v 'The record''s value; without it, and without --null, lines of standard input are values'
            cand --value 'The record''s value; without it, and without --null, lines of standard input are values'
            cand -H 'A header of every record; without = it has no value. May be repeated'
            cand --header 'A header of every record; without = it has no value. May be repeated'
            cand --lines 'Each line of a file, or of - for standard input, is a record'
            cand --key-separator 'What stands between key and value in a line'
            cand -p 'The partition; otherwise the one that Kafka''s own producer puts the key into, 0 without a key'
            cand --partition 'The partition; otherwise the one that Kafka''s own producer puts the key into, 0 without a key'
            cand --compression 'How batches are compressed'
            cand --acks 'Whose acknowledgement is waited for: all in-sync replicas, the leader (1), nobody (0)'
            cand --timestamp 'When the records are from: a time, or milliseconds since 1970; otherwise now'
            cand --producer 'As an idempotent producer: its id, epoch and next sequence number'
            cand --raw 'Send these bytes as they are: hex in any spelling, base64, a file with either or with raw bytes, -'
            cand --mutate 'Make the bytes wrong: truncate=N, flip=N[:BIT], put=N:HEX, insert=N:HEX, size=N|+N|-=N|fit, repeat=N'
            cand --repeat 'Send it so many times, each with its own correlation id'
            cand --pipeline 'So many requests under way at once, on one connection'
            cand --timeout 'How long to wait for a connection, and for each response'
            cand --max-response-bytes 'The largest response that is taken in'
            cand --max-decompressed-bytes 'How much the records of one response may decompress to'
            cand --color 'When to use colours'
            cand --show-request 'Show the request too'
            cand --fail-on-error 'Exit with 1 when any error code in a response is not 0'
            cand --show-secrets 'Show passwords, tokens, keys and salts'
            cand --null 'The record has no value: a tombstone'
            cand --create 'The broker may make the topic, where it is set to'
            cand --no-negotiate 'Send nothing but the request: no ApiVersions, Metadata or FindCoordinator before it'
            cand --no-follow 'Ask the address itself, not the leader or coordinator'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'kafkit;apis'= {
            cand --api-version 'Which version''s fields to show, or A..B for what changed between two; the newest otherwise'
            cand --diff 'What changed between two versions'
            cand -f 'How to show it'
            cand --format 'How to show it'
            cand --color 'When to use colours'
            cand --messages 'List the messages that are not requests or responses: headers, records, embedded ones'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'kafkit;errors'= {
            cand -f 'How to show it'
            cand --format 'How to show it'
            cand --color 'When to use colours'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'kafkit;help'= {
            cand decode 'Explain the bytes of requests, responses, batches and records'
            cand dump-log 'Explain Kafka''s files, healthy or broken, or a whole data directory'
            cand serve 'Run a broker on Kafka''s own disk format'
            cand encode 'Turn JSON, as decode prints it, into bytes'
            cand send 'Send any request to a broker and explain what comes back'
            cand apis 'List Kafka''s APIs, the fields of one, or what a version changed'
            cand errors 'List Kafka''s error codes, or explain one'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'kafkit;help;decode'= {
        }
        &'kafkit;help;dump-log'= {
        }
        &'kafkit;help;serve'= {
        }
        &'kafkit;help;encode'= {
        }
        &'kafkit;help;send'= {
        }
        &'kafkit;help;apis'= {
        }
        &'kafkit;help;errors'= {
        }
        &'kafkit;help;help'= {
        }
    ]
    $completions[$command]
}
