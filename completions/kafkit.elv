
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
            cand decode 'Explain the bytes of requests, responses, record batches and internal records'
            cand encode 'Turn JSON, as decode prints it, into bytes'
            cand apis 'List Kafka''s APIs, or the fields of one and what changed between two of its versions'
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
            cand --record-type 'The type of the record whose value is read: the first number in its key'
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
        &'kafkit;encode'= {
            cand -o 'How to write the bytes: a line of text for each message, or nothing but the bytes'
            cand --output 'How to write the bytes: a line of text for each message, or nothing but the bytes'
            cand --as 'What the object is where it is a body, without "kind" around it'
            cand --api 'The API, instead of the one that the JSON names: a name or a key'
            cand --api-version 'The version of the API or message, instead of the one that the JSON names'
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
            cand decode 'Explain the bytes of requests, responses, record batches and internal records'
            cand encode 'Turn JSON, as decode prints it, into bytes'
            cand apis 'List Kafka''s APIs, or the fields of one and what changed between two of its versions'
            cand errors 'List Kafka''s error codes, or explain one'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'kafkit;help;decode'= {
        }
        &'kafkit;help;encode'= {
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
