
using namespace System.Management.Automation
using namespace System.Management.Automation.Language

Register-ArgumentCompleter -Native -CommandName 'kafkit' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    $commandElements = $commandAst.CommandElements
    $command = @(
        'kafkit'
        for ($i = 1; $i -lt $commandElements.Count; $i++) {
            $element = $commandElements[$i]
            if ($element -isnot [StringConstantExpressionAst] -or
                $element.StringConstantType -ne [StringConstantType]::BareWord -or
                $element.Value.StartsWith('-') -or
                $element.Value -eq $wordToComplete) {
                break
        }
        $element.Value
    }) -join ';'

    $completions = @(switch ($command) {
        'kafkit' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('decode', 'decode', [CompletionResultType]::ParameterValue, 'Explain the bytes of requests, responses, record batches and internal records')
            [CompletionResult]::new('dump-log', 'dump-log', [CompletionResultType]::ParameterValue, 'Explain Kafka''s files: segments, indexes, snapshots, whole data directories, healthy or broken')
            [CompletionResult]::new('encode', 'encode', [CompletionResultType]::ParameterValue, 'Turn JSON, as decode prints it, into bytes')
            [CompletionResult]::new('apis', 'apis', [CompletionResultType]::ParameterValue, 'List Kafka''s APIs, or the fields of one and what changed between two of its versions')
            [CompletionResult]::new('errors', 'errors', [CompletionResultType]::ParameterValue, 'List Kafka''s error codes, or explain one')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'kafkit;decode' {
            [CompletionResult]::new('-f', '-f', [CompletionResultType]::ParameterName, 'How to show it')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to show it')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'What the input is, where that cannot be told from its bytes')
            [CompletionResult]::new('--api', '--api', [CompletionResultType]::ParameterName, 'The API that a response, or a body alone, belongs to: a name or a key')
            [CompletionResult]::new('--api-version', '--api-version', [CompletionResultType]::ParameterName, 'The API''s version, or the version of a message that stands alone')
            [CompletionResult]::new('--header-version', '--header-version', [CompletionResultType]::ParameterName, 'The version of the header, or none where a body stands alone')
            [CompletionResult]::new('--size', '--size', [CompletionResultType]::ParameterName, 'Whether four bytes of size stand before each message')
            [CompletionResult]::new('--message', '--message', [CompletionResultType]::ParameterName, 'Read as a message of this name that stands alone: ConsumerProtocolSubscription, TopicRecord, ...')
            [CompletionResult]::new('--log', '--log', [CompletionResultType]::ParameterName, 'The log that records come from')
            [CompletionResult]::new('--record-type', '--record-type', [CompletionResultType]::ParameterName, 'The type of the record whose value is read: the first number in its key')
            [CompletionResult]::new('--input-format', '--input-format', [CompletionResultType]::ParameterName, 'What the input is written in')
            [CompletionResult]::new('--max-frame-bytes', '--max-frame-bytes', [CompletionResultType]::ParameterName, 'The largest message that is taken in')
            [CompletionResult]::new('--max-decompressed-bytes', '--max-decompressed-bytes', [CompletionResultType]::ParameterName, 'How much the records of one message may decompress to')
            [CompletionResult]::new('--max-fields', '--max-fields', [CompletionResultType]::ParameterName, 'How many fields of one message are shown')
            [CompletionResult]::new('--repair-ms', '--repair-ms', [CompletionResultType]::ParameterName, 'How long to look for the cause of a problem, in milliseconds a message')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours')
            [CompletionResult]::new('--pair', '--pair', [CompletionResultType]::ParameterName, 'Requests and responses take turns: read each second message as the answer to the one before')
            [CompletionResult]::new('--lines', '--lines', [CompletionResultType]::ParameterName, 'Each line of text is a message')
            [CompletionResult]::new('--joined', '--joined', [CompletionResultType]::ParameterName, 'All lines of text are one run of bytes')
            [CompletionResult]::new('--show-secrets', '--show-secrets', [CompletionResultType]::ParameterName, 'Show passwords, tokens, keys and salts')
            [CompletionResult]::new('--shallow', '--shallow', [CompletionResultType]::ParameterName, 'Leave records and embedded messages as bytes')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'kafkit;dump-log' {
            [CompletionResult]::new('-f', '-f', [CompletionResultType]::ParameterName, 'How to show it')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to show it')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'What the file is, where its content does not say or is not to be believed')
            [CompletionResult]::new('--log', '--log', [CompletionResultType]::ParameterName, 'The log that the records belong to, where the directory''s name does not say')
            [CompletionResult]::new('--metadata', '--metadata', [CompletionResultType]::ParameterName, 'A __cluster_metadata-0 directory, for the names of topics [default: the one beside the partition]')
            [CompletionResult]::new('--key-format', '--key-format', [CompletionResultType]::ParameterName, 'How to show keys that Kafka itself did not write')
            [CompletionResult]::new('--value-format', '--value-format', [CompletionResultType]::ParameterName, 'How to show values: auto, text, hex, base64, json, int, long, avro-id or string')
            [CompletionResult]::new('--max-decompressed-bytes', '--max-decompressed-bytes', [CompletionResultType]::ParameterName, 'How much one batch may decompress to')
            [CompletionResult]::new('--extract', '--extract', [CompletionResultType]::ParameterName, 'Write what is selected into a new directory: as segments with their indexes, unless --extract-as says otherwise')
            [CompletionResult]::new('--out', '--out', [CompletionResultType]::ParameterName, 'Write what is selected into a new file: as NDJSON, unless --extract-as says otherwise')
            [CompletionResult]::new('--extract-as', '--extract-as', [CompletionResultType]::ParameterName, 'What selected records become')
            [CompletionResult]::new('--at', '--at', [CompletionResultType]::ParameterName, 'The state as of that offset (with it) or time')
            [CompletionResult]::new('--diff', '--diff', [CompletionResultType]::ParameterName, 'What changed in the cluster: between two offsets or times of the log that PATH names, or between two metadata logs or data directories')
            [CompletionResult]::new('--offset', '--offset', [CompletionResultType]::ParameterName, 'Offsets: A, A..B (to before B), A..=B, A.., ..B')
            [CompletionResult]::new('--time', '--time', [CompletionResultType]::ParameterName, 'Times: FROM..TO, FROM.., ..TO, or a day, minute or second; 2026-11-20, 2026-11-20T10:15Z, milliseconds since 1970, now, -2h, -1d')
            [CompletionResult]::new('--key', '--key', [CompletionResultType]::ParameterName, 'Keys: the whole text, hex:0a0b, /regex/, /regex/i, null, or text:... for what looks like one of these')
            [CompletionResult]::new('--value', '--value', [CompletionResultType]::ParameterName, 'Values: as keys')
            [CompletionResult]::new('--header', '--header', [CompletionResultType]::ParameterName, 'Headers: NAME, or NAME=PATTERN')
            [CompletionResult]::new('--producer-id', '--producer-id', [CompletionResultType]::ParameterName, 'Records of that producer')
            [CompletionResult]::new('--type', '--type', [CompletionResultType]::ParameterName, 'Types of the records that Kafka itself writes: PartitionRecord, OffsetCommit, COMMIT')
            [CompletionResult]::new('--group', '--group', [CompletionResultType]::ParameterName, 'Records about that group, in __consumer_offsets and __share_group_state')
            [CompletionResult]::new('--topic', '--topic', [CompletionResultType]::ParameterName, 'Records about that topic (a name or an id) in the logs that Kafka itself writes; partitions of it in a data directory')
            [CompletionResult]::new('--limit', '--limit', [CompletionResultType]::ParameterName, 'At most so many records')
            [CompletionResult]::new('--tail', '--tail', [CompletionResultType]::ParameterName, 'Only the last so many records of each partition or file')
            [CompletionResult]::new('--files', '--files', [CompletionResultType]::ParameterName, 'The files, with commas between them')
            [CompletionResult]::new('--max-message-size', '--max-message-size', [CompletionResultType]::ParameterName, 'Size of the largest message')
            [CompletionResult]::new('--max-bytes', '--max-bytes', [CompletionResultType]::ParameterName, 'Read no more of each log')
            [CompletionResult]::new('--key-decoder-class', '--key-decoder-class', [CompletionResultType]::ParameterName, 'The class that reads keys')
            [CompletionResult]::new('--value-decoder-class', '--value-decoder-class', [CompletionResultType]::ParameterName, 'The class that reads values')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours')
            [CompletionResult]::new('-r', '-r', [CompletionResultType]::ParameterName, 'Show each record below its batch')
            [CompletionResult]::new('--records', '--records', [CompletionResultType]::ParameterName, 'Show each record below its batch')
            [CompletionResult]::new('--deep', '--deep', [CompletionResultType]::ParameterName, 'Show every byte, as decode does')
            [CompletionResult]::new('--show-secrets', '--show-secrets', [CompletionResultType]::ParameterName, 'Show passwords, tokens, keys and salts')
            [CompletionResult]::new('--verify', '--verify', [CompletionResultType]::ParameterName, 'Check every invariant of the files and between them; exit code 1 where one does not hold')
            [CompletionResult]::new('--stats', '--stats', [CompletionResultType]::ParameterName, 'Counts, sizes, rates, keys, producers of what is selected')
            [CompletionResult]::new('--follow', '--follow', [CompletionResultType]::ParameterName, 'Go on as a live segment grows and rolls')
            [CompletionResult]::new('--image', '--image', [CompletionResultType]::ParameterName, 'Show what the records add up to: of __cluster_metadata the cluster, of __consumer_offsets the groups, of __transaction_state the transactions, of any partition its producers and open transactions')
            [CompletionResult]::new('--transactional', '--transactional', [CompletionResultType]::ParameterName, 'Records of transactions only, their markers included')
            [CompletionResult]::new('--control', '--control', [CompletionResultType]::ParameterName, 'Control records only')
            [CompletionResult]::new('--invert', '--invert', [CompletionResultType]::ParameterName, 'The records that the filters do not select')
            [CompletionResult]::new('--thorough', '--thorough', [CompletionResultType]::ParameterName, 'Read on where timestamps seem to have passed the end of --time')
            [CompletionResult]::new('--print-data-log', '--print-data-log', [CompletionResultType]::ParameterName, 'Print keys and payloads')
            [CompletionResult]::new('--deep-iteration', '--deep-iteration', [CompletionResultType]::ParameterName, 'Print each record')
            [CompletionResult]::new('--skip-record-metadata', '--skip-record-metadata', [CompletionResultType]::ParameterName, 'Print keys and payloads alone')
            [CompletionResult]::new('--verify-index-only', '--verify-index-only', [CompletionResultType]::ParameterName, 'Compare indexes with their logs and do not print them')
            [CompletionResult]::new('--index-sanity-check', '--index-sanity-check', [CompletionResultType]::ParameterName, 'Make the check of indexes that a broker makes when it starts')
            [CompletionResult]::new('--offsets-decoder', '--offsets-decoder', [CompletionResultType]::ParameterName, 'Read records as those of __consumer_offsets')
            [CompletionResult]::new('--transaction-log-decoder', '--transaction-log-decoder', [CompletionResultType]::ParameterName, 'Read records as those of __transaction_state')
            [CompletionResult]::new('--cluster-metadata-decoder', '--cluster-metadata-decoder', [CompletionResultType]::ParameterName, 'Read records as those of __cluster_metadata')
            [CompletionResult]::new('--remote-log-metadata-decoder', '--remote-log-metadata-decoder', [CompletionResultType]::ParameterName, 'Read records as those of __remote_log_metadata')
            [CompletionResult]::new('--share-group-state-decoder', '--share-group-state-decoder', [CompletionResultType]::ParameterName, 'Read records as those of __share_group_state')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'kafkit;encode' {
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How to write the bytes: a line of text for each message, or nothing but the bytes')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to write the bytes: a line of text for each message, or nothing but the bytes')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'What the object is where it is a body, without "kind" around it')
            [CompletionResult]::new('--api', '--api', [CompletionResultType]::ParameterName, 'The API, instead of the one that the JSON names: a name or a key')
            [CompletionResult]::new('--api-version', '--api-version', [CompletionResultType]::ParameterName, 'The version of the API or message, instead of the one that the JSON names')
            [CompletionResult]::new('--header-version', '--header-version', [CompletionResultType]::ParameterName, 'The version of the header, or none for the body alone')
            [CompletionResult]::new('--size', '--size', [CompletionResultType]::ParameterName, 'Whether to put four bytes of size before each message; otherwise where the JSON has "size"')
            [CompletionResult]::new('--message', '--message', [CompletionResultType]::ParameterName, 'The object is a message of this name that stands alone')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours')
            [CompletionResult]::new('--defaults', '--defaults', [CompletionResultType]::ParameterName, 'Fields that are not there take their default, instead of being refused')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'kafkit;apis' {
            [CompletionResult]::new('--api-version', '--api-version', [CompletionResultType]::ParameterName, 'Which version''s fields to show, or A..B for what changed between two; the newest otherwise')
            [CompletionResult]::new('--diff', '--diff', [CompletionResultType]::ParameterName, 'What changed between two versions')
            [CompletionResult]::new('-f', '-f', [CompletionResultType]::ParameterName, 'How to show it')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to show it')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours')
            [CompletionResult]::new('--messages', '--messages', [CompletionResultType]::ParameterName, 'List the messages that are not requests or responses: headers, records, embedded ones')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'kafkit;errors' {
            [CompletionResult]::new('-f', '-f', [CompletionResultType]::ParameterName, 'How to show it')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to show it')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'kafkit;help' {
            [CompletionResult]::new('decode', 'decode', [CompletionResultType]::ParameterValue, 'Explain the bytes of requests, responses, record batches and internal records')
            [CompletionResult]::new('dump-log', 'dump-log', [CompletionResultType]::ParameterValue, 'Explain Kafka''s files: segments, indexes, snapshots, whole data directories, healthy or broken')
            [CompletionResult]::new('encode', 'encode', [CompletionResultType]::ParameterValue, 'Turn JSON, as decode prints it, into bytes')
            [CompletionResult]::new('apis', 'apis', [CompletionResultType]::ParameterValue, 'List Kafka''s APIs, or the fields of one and what changed between two of its versions')
            [CompletionResult]::new('errors', 'errors', [CompletionResultType]::ParameterValue, 'List Kafka''s error codes, or explain one')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'kafkit;help;decode' {
            break
        }
        'kafkit;help;dump-log' {
            break
        }
        'kafkit;help;encode' {
            break
        }
        'kafkit;help;apis' {
            break
        }
        'kafkit;help;errors' {
            break
        }
        'kafkit;help;help' {
            break
        }
    })

    $completions.Where{ $_.CompletionText -like "$wordToComplete*" } |
        Sort-Object -Property ListItemText
}
