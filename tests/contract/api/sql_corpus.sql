-- Valid ClickHouse queries over the views, one a line. Each must answer the same raw and rendered.
-- == aggregates
SELECT count() FROM calls
SELECT count(*) FROM calls
SELECT COUNT(*) AS n, SUM(cost_usd) AS total FROM calls
SELECT count(user_id), count(DISTINCT user_id), uniq(user_id), uniqExact(user_id) FROM calls
SELECT sum(cost_usd), min(cost_usd), max(cost_usd), avg(cost_usd) FROM calls
SELECT sum(input_tokens), sum(output_tokens), sum(input_tokens + output_tokens) FROM calls
SELECT quantile(0.5)(duration_ms), quantileExact(0.95)(duration_ms) FROM calls
SELECT quantiles(0.5, 0.95, 0.99)(duration_ms) FROM calls
SELECT quantilesExact(0.5, 0.9)(duration_ms)[1] AS p50, quantilesExact(0.5, 0.9)(duration_ms)[2] AS p90 FROM calls
SELECT quantilesTDigest(0.5, 0.95)(duration_ms) FROM calls
SELECT quantileExactIf(0.5)(duration_ms, status = 'ok') FROM calls
SELECT quantilesExactInclusive(0.1, 0.5)(duration_ms) FROM calls
SELECT quantilesExactExclusive(0.25, 0.5)(duration_ms) FROM calls
SELECT quantileExactWeighted(0.5)(duration_ms, 1) FROM calls
SELECT quantileInterpolatedWeighted(0.5)(duration_ms, 1) FROM calls
SELECT quantileTimingIf(0.9)(duration_ms, streaming) FROM calls
SELECT medianExact(duration_ms), median(duration_ms) FROM calls
SELECT countIf(status = 'error') / count() AS error_rate FROM calls
SELECT countIf(status = 'error'), sumIf(cost_usd, provider = 'openai'), avgIf(duration_ms, streaming) FROM calls
SELECT provider, count() FROM calls GROUP BY provider ORDER BY provider
SELECT provider, request_model, count() AS n, sum(cost_usd) AS cost FROM calls GROUP BY provider, request_model ORDER BY cost DESC, request_model
SELECT provider, count() FROM calls GROUP BY 1 ORDER BY 1
SELECT provider, count() AS n FROM calls GROUP BY ALL ORDER BY ALL
SELECT provider, count() AS n FROM calls GROUP BY provider HAVING n > 2 ORDER BY n DESC, provider
SELECT provider, status, count() FROM calls GROUP BY provider, status WITH ROLLUP ORDER BY provider, status
SELECT provider, status, count() FROM calls GROUP BY provider, status WITH CUBE ORDER BY provider, status
SELECT provider, status, count() FROM calls GROUP BY ROLLUP(provider, status) ORDER BY provider, status
SELECT provider, status, count() FROM calls GROUP BY CUBE(provider, status) ORDER BY provider, status
SELECT provider, status, count(), grouping(provider) FROM calls GROUP BY GROUPING SETS ((provider), (status), ()) ORDER BY ALL
SELECT argMax(request_model, cost_usd), argMin(request_model, duration_ms) FROM calls
SELECT anyLast(project) = any(project) FROM calls WHERE project = 'default'
SELECT groupArray(span_id) FROM (SELECT span_id FROM calls ORDER BY span_id)
SELECT arraySort(groupUniqArray(provider)) FROM calls
SELECT groupArray(3)(span_id) FROM (SELECT span_id FROM calls ORDER BY span_id)
SELECT arraySort(groupUniqArrayIf(request_model, status = 'ok')) FROM calls
SELECT topK(2)(provider) FROM calls
SELECT groupConcat(',')(span_id) FROM (SELECT span_id FROM calls ORDER BY span_id LIMIT 3)
SELECT sumMap(map(status, 1)) FROM calls
SELECT sumMap([assumeNotNull(provider)], [1]) FROM calls WHERE provider IS NOT NULL
SELECT stddevPop(duration_ms) > 0, varSamp(duration_ms) > 0, corr(input_tokens, duration_ms) IS NOT NULL FROM calls
SELECT uniqCombined(user_id), uniqHLL12(user_id), uniqUpTo(3)(user_id) FROM calls
SELECT sumOrNull(cost_usd), avgOrDefault(ttft_ms), maxOrNull(ttft_ms) FROM calls WHERE 0
SELECT countDistinct(provider) FROM calls
SELECT sum(DISTINCT input_tokens) FROM calls
SELECT sumForEach([input_tokens, output_tokens]) FROM calls
SELECT uniqArray(tags), groupUniqArrayArray(tags) = [] FROM calls
SELECT minIf(duration_ms, duration_ms > 100) FROM calls
SELECT finalizeAggregation(sumState(toUInt64(1))) FROM calls
SELECT sumMerge(s) FROM (SELECT sumState(toUInt64(duration_ms)) AS s FROM calls GROUP BY provider)
SELECT quantilesTDigestMerge(0.5)(s) FROM (SELECT quantilesTDigestState(0.5)(duration_ms) AS s FROM calls GROUP BY provider)
SELECT kurtPop(duration_ms) IS NOT NULL, skewPop(duration_ms) IS NOT NULL FROM calls
SELECT histogram(3)(duration_ms) IS NOT NULL FROM calls
SELECT entropy(provider) >= 0 FROM calls
SELECT sum(input_tokens) FILTER (WHERE status = 'ok') FROM calls
SELECT windowFunnel(3600)(toDateTime(time), status = 'ok', status = 'error') FROM calls
SELECT retention(status = 'ok', provider = 'openai') FROM calls
SELECT simpleLinearRegression(input_tokens, duration_ms).1 IS NOT NULL FROM calls
SELECT avgWeighted(duration_ms, 1) FROM calls
SELECT exponentialMovingAverage(5)(duration_ms, toUnixTimestamp(time)) IS NOT NULL FROM calls
SELECT first_value(span_id), last_value(span_id) FROM (SELECT span_id FROM calls ORDER BY span_id)
SELECT any_value(project) FROM calls WHERE project = 'default'
SELECT bit_and(output_tokens), bit_or(output_tokens), groupBitXor(output_tokens) FROM calls
SELECT deltaSum(output_tokens) FROM (SELECT output_tokens FROM calls WHERE output_tokens IS NOT NULL ORDER BY time, span_id)
-- == dates
SELECT toStartOfHour(time) AS h, count() FROM calls GROUP BY h ORDER BY h
SELECT toStartOfDay(time) AS d, sum(cost_usd) FROM calls GROUP BY d ORDER BY d
SELECT toStartOfInterval(time, INTERVAL 5 MINUTE) AS t, count() FROM calls GROUP BY t ORDER BY t
SELECT toStartOfInterval(time, INTERVAL 1 WEEK) AS t, count() FROM calls GROUP BY t ORDER BY t
SELECT toStartOfInterval(time, toIntervalHour(6)) AS t, count() FROM calls GROUP BY t ORDER BY t
SELECT toStartOfInterval(time, INTERVAL 6 HOUR, 'UTC') AS t, count() FROM calls GROUP BY t ORDER BY t
SELECT toStartOfFiveMinutes(time), toStartOfTenMinutes(time), toStartOfFifteenMinutes(time) FROM calls ORDER BY ALL
SELECT toStartOfMinute(time), toStartOfMonth(time), toStartOfQuarter(time), toStartOfYear(time), toStartOfWeek(time), toStartOfWeek(time, 1) FROM calls ORDER BY ALL
SELECT toMonday(time), toYYYYMM(time), toYYYYMMDD(time), toYYYYMMDDhhmmss(time) FROM calls ORDER BY ALL
SELECT toDate(time), toDateTime(time), toDateTime64(time, 3), toDate32(time) FROM calls ORDER BY ALL
SELECT toHour(time), toMinute(time), toSecond(time), toDayOfWeek(time), toDayOfWeek(time, 1), toDayOfMonth(time), toDayOfYear(time) FROM calls ORDER BY ALL
SELECT toISOWeek(time), toISOYear(time), toWeek(time), toWeek(time, 3), toYearWeek(time) FROM calls ORDER BY ALL
SELECT hour(time), day(time), month(time), year(time), quarter(time) FROM calls ORDER BY ALL
SELECT EXTRACT(YEAR FROM time), EXTRACT(HOUR FROM time), extract(MINUTE FROM time) FROM calls ORDER BY ALL
SELECT count() FROM calls WHERE time >= '2026-11-20 00:00:00' AND time < '2026-11-21 00:00:00'
SELECT count() FROM calls WHERE time >= toDateTime('2026-11-20 00:00:00', 'UTC')
SELECT count() FROM calls WHERE time BETWEEN '2026-11-20 00:00:00' AND '2026-11-20 12:00:00'
SELECT count() FROM calls WHERE time NOT BETWEEN toDateTime64('2026-11-20 00:00:00', 3, 'UTC') AND toDateTime64('2026-11-20 12:00:00', 3, 'UTC')
SELECT count() FROM calls WHERE time > now() - INTERVAL 10 YEAR
SELECT count() FROM calls WHERE time > now64(3) - toIntervalDay(3650)
SELECT count() FROM calls WHERE time > subtractYears(now(), 10) AND time < addYears(now(), 10)
SELECT count() FROM calls WHERE toDate(time) = DATE '2026-11-20'
SELECT count() FROM calls WHERE time >= TIMESTAMP '2026-11-20 06:00:00'
SELECT DATE '2026-01-31' + INTERVAL 1 MONTH, DATE '2026-01-31' - INTERVAL 1 DAY
SELECT toDateTime('2026-01-01 00:00:00', 'UTC') + INTERVAL 90 MINUTE, toDateTime('2026-01-01 00:00:00', 'UTC') + INTERVAL '2' HOUR
SELECT toDateTime('2026-01-01 00:00:00', 'UTC') + INTERVAL 1 DAY + INTERVAL 1 HOUR - INTERVAL 1 SECOND
SELECT toDateTime('2026-01-01 00:00:00', 'UTC') + toIntervalMonth(number) FROM numbers(3)
SELECT dateDiff('second', time, end_time), date_diff('millisecond', time, end_time) FROM calls ORDER BY ALL
SELECT dateDiff('day', toDate('2026-01-01'), toDate('2026-03-01')), DATE_DIFF('month', toDate('2026-01-01'), toDate('2026-03-01'))
SELECT dateAdd(DAY, 3, toDate('2026-01-01')), date_add(HOUR, 3, toDateTime('2026-01-01 00:00:00', 'UTC')), dateSub(MONTH, 1, toDate('2026-01-31'))
SELECT date_trunc('hour', time), dateTrunc('day', time) FROM calls ORDER BY ALL
SELECT formatDateTime(time, '%Y-%m-%d %H:%i:%S'), formatDateTime(time, '%d.%m.%y', 'Europe/Berlin') FROM calls ORDER BY ALL
SELECT toTimeZone(time, 'America/New_York'), toString(toTimeZone(time, 'Asia/Tokyo')) FROM calls ORDER BY ALL
SELECT toUnixTimestamp(time), toUnixTimestamp64Milli(time), toUnixTimestamp64Nano(time) FROM calls ORDER BY ALL
SELECT fromUnixTimestamp64Milli(1760000000000, 'UTC'), fromUnixTimestamp(1760000000, '%Y'), toDateTime(1760000000, 'UTC')
SELECT parseDateTimeBestEffort('2026-11-20T10:00:00Z', 'UTC'), parseDateTime('2026-11-20', '%Y-%m-%d', 'UTC')
SELECT addDays(toDate('2026-02-27'), 2), addMonths(toDate('2026-01-31'), 1), subtractHours(toDateTime('2026-01-01 00:00:00', 'UTC'), 1)
SELECT age('day', toDate('2026-01-01'), toDate('2026-02-01')), timestamp_diff('hour', toDateTime('2026-01-01 00:00:00', 'UTC'), toDateTime('2026-01-02 00:00:00', 'UTC'))
SELECT makeDate(2026, 2, 3), makeDateTime(2026, 2, 3, 4, 5, 6, 'UTC'), toLastDayOfMonth(toDate('2026-02-03'))
SELECT dateName('weekday', toDate('2026-11-20')), monthName(toDate('2026-11-20'))
SELECT timeSlot(toDateTime('2026-11-20 10:44:00', 'UTC')), toRelativeDayNum(toDate('2026-11-20'))
SELECT today() = toDate(now()), yesterday() < today(), now() <= now64(9)
-- == conditions and operators
SELECT span_id FROM calls WHERE status = 'error' ORDER BY span_id
SELECT span_id FROM calls WHERE status != 'error' AND provider <> 'openai' ORDER BY span_id
SELECT span_id FROM calls WHERE status == 'error' OR (provider = 'openai' AND duration_ms > 500) ORDER BY span_id
SELECT span_id FROM calls WHERE NOT status = 'ok' ORDER BY span_id
SELECT span_id FROM calls WHERE NOT (status = 'ok' AND streaming) ORDER BY span_id
SELECT span_id FROM calls WHERE provider IN ('openai', 'anthropic') ORDER BY span_id
SELECT span_id FROM calls WHERE provider NOT IN ('openai') ORDER BY span_id
SELECT span_id FROM calls WHERE provider IN ['openai', 'google'] ORDER BY span_id
SELECT span_id FROM calls WHERE (provider, status) IN (('openai', 'ok'), ('anthropic', 'error')) ORDER BY span_id
SELECT span_id FROM calls WHERE (provider, status) IN (SELECT provider, status FROM calls WHERE duration_ms > 900) ORDER BY span_id
SELECT span_id FROM calls WHERE trace_id IN (SELECT trace_id FROM spans WHERE status = 'error') ORDER BY span_id
SELECT span_id FROM calls WHERE trace_id NOT IN (SELECT trace_id FROM spans WHERE status = 'error') ORDER BY span_id
SELECT span_id FROM calls WHERE trace_id GLOBAL IN (SELECT trace_id FROM spans) ORDER BY span_id
SELECT span_id FROM calls WHERE user_id IS NULL ORDER BY span_id
SELECT span_id FROM calls WHERE user_id IS NOT NULL AND session_id IS NULL ORDER BY span_id
SELECT span_id FROM calls WHERE isNull(cost_usd) OR isNotNull(ttft_ms) ORDER BY span_id
SELECT span_id FROM calls WHERE request_model LIKE 'gpt%' ORDER BY span_id
SELECT span_id FROM calls WHERE request_model NOT LIKE 'gpt%' ORDER BY span_id
SELECT span_id FROM calls WHERE request_model ILIKE '%MINI%' ORDER BY span_id
SELECT span_id FROM calls WHERE request_model NOT ILIKE '%MINI%' ORDER BY span_id
SELECT span_id FROM calls WHERE request_model LIKE '%\_%' ORDER BY span_id
SELECT span_id FROM calls WHERE request_model LIKE '%\\_%' ORDER BY span_id
SELECT span_id FROM calls WHERE match(request_model, '^gpt-[0-9]') ORDER BY span_id
SELECT span_id FROM calls WHERE request_model REGEXP '^gpt' ORDER BY span_id
SELECT span_id FROM calls WHERE duration_ms BETWEEN 100 AND 500 ORDER BY span_id
SELECT span_id FROM calls WHERE NOT duration_ms BETWEEN 100 AND 500 ORDER BY span_id
SELECT span_id FROM calls WHERE streaming ORDER BY span_id
SELECT span_id FROM calls WHERE streaming = true AND cache_hit IS NULL ORDER BY span_id
SELECT span_id FROM calls WHERE streaming IS NOT DISTINCT FROM NULL ORDER BY span_id
SELECT span_id FROM calls WHERE streaming <=> false ORDER BY span_id
SELECT span_id FROM calls WHERE streaming IS DISTINCT FROM true ORDER BY span_id
SELECT span_id FROM calls WHERE has(tags, 'beta') ORDER BY span_id
SELECT span_id FROM calls WHERE hasAny(tags, ['beta', 'prod']) AND NOT hasAll(tags, ['beta', 'prod']) ORDER BY span_id
SELECT span_id FROM calls WHERE notEmpty(tags) ORDER BY span_id
SELECT span_id FROM calls WHERE cost_usd > 0.001 ORDER BY span_id
SELECT span_id FROM calls WHERE cost_usd >= toDecimal64('0.002', 9) ORDER BY span_id
SELECT span_id FROM calls PREWHERE provider = 'openai' WHERE status = 'ok' ORDER BY span_id
SELECT span_id FROM calls WHERE EXISTS (SELECT 1 FROM spans WHERE status = 'error') ORDER BY span_id
SELECT 1 + 2 * 3 - 4 / 2, (1 + 2) * 3, 7 % 3, -7 % 3, 7 / 2, intDiv(7, 2), 7 DIV 2
SELECT 7 div 2, -7 div 2, 2 + 7 div 2 * 3, modulo(7, 3), mod(7, 3), positiveModulo(-7, 3)
SELECT - (-1), 1 - -1, -(2 + 3), - - 1, 2 - (3 - 4), 2 / (3 / 4), 2 - 3 - 4
SELECT 1 < 2, 2 <= 2, 3 > 2, 3 >= 4, 1 = 1, 1 == 2, 1 != 2, 1 <> 1
SELECT true AND false OR true, NOT true AND false, NOT (true AND false), true OR true AND false
SELECT and(1, 0), or(1, 0), xor(1, 0), not(1), not 1, NOT NOT 1
SELECT 'a' || 'b' || 'c', concat('a', 'b'), 'a' || toString(1)
SELECT if(1 > 2, 'a', 'b'), 1 > 2 ? 'a' : 'b', 1 < 2 ? 'x' : 'z', multiIf(1 > 2, 'a', 2 > 1, 'b', 'c')
SELECT CASE WHEN duration_ms > 500 THEN 'slow' WHEN duration_ms > 100 THEN 'middle' ELSE 'fast' END AS speed, count() FROM calls GROUP BY speed ORDER BY speed
SELECT CASE provider WHEN 'openai' THEN 1 WHEN 'anthropic' THEN 2 ELSE 0 END AS p, count() FROM calls GROUP BY p ORDER BY p
SELECT CASE WHEN 1 THEN NULL END, CASE 5 WHEN 5 THEN 'five' END, CASE WHEN 0 THEN 1 END IS NULL
SELECT coalesce(user_id, session_id, 'nobody') FROM calls ORDER BY 1
SELECT ifNull(ttft_ms, -1), nullIf(status, 'ok'), assumeNotNull(provider) FROM calls WHERE provider IS NOT NULL ORDER BY ALL
SELECT greatest(1, 2, 3), least(1, 2, 3), clamp(5, 1, 3), greatest('a', 'b')
SELECT NULL, NULL + 1, NULL = NULL, NULL IS NULL, isNull(NULL), coalesce(NULL, NULL, 3)
SELECT 1 IN (1, 2), 3 NOT IN (1, 2), (1, 'a') IN ((1, 'a'), (2, 'b')), NULL IN (1, NULL)
SELECT bitAnd(6, 3), bitOr(6, 3), bitXor(6, 3), bitShiftLeft(1, 4), bitNot(toUInt8(1)), bitCount(7)
-- == literals
SELECT 1, 1.5, .5, 5., 1e3, 1E-3, 0x1F, 0b101, 1_000_000, -0.0, 18446744073709551615, -9223372036854775808
SELECT inf, -inf, nan, isNaN(nan), isInfinite(inf), Inf, NaN
SELECT 'it''s', 'it\'s', 'a\\b', 'tab\there', 'new\nline', 'nul\0byte', '\x41\x42', 'per\%cent', 'under\_score', '\q'
SELECT '', ' ', 'ü€😀', '日本語', 'שלום', length('€'), lengthUTF8('€')
SELECT '-- no comment', '/* none */', '; none', '"double"', '`back`', '{brace}', '$dollar', '#hash', '\/\=\"\`'
SELECT hex('\xff\xfe') AS h, hex('\e'), hex('\a\b\f\r\v'), hex('a\Nb')
SELECT [1, 2, 3], [], ['a', 'b'], [[1], [2, 3]], [1, NULL], array(1, 2), [1.5, 2]
SELECT (1, 'a', 2.5), tuple(1), tuple(1, 'a'), ((1, 2), 3), (1, (2, (3, 4)))
SELECT map('x', 1.5), map('k', [1, 2])['k'], mapKeys(map('a', 1, 'b', 2))
SELECT true, false, True, FALSE, toTypeName(true), toBool(1)
SELECT 1 AS a, a + 1 AS b, a + b AS c
SELECT /* a comment */ 1 -- another
SELECT 1 # a third
SELECT 'x' AS "quoted name", "quoted name" || '!' AS `back quoted`
SELECT toTypeName(1), toTypeName(256), toTypeName(-1), toTypeName(1.0), toTypeName('a'), toTypeName(NULL), toTypeName([1]), toTypeName((1, 'a'))
SELECT toTypeName(0x1F), toTypeName(1e3), toTypeName(0xFFFFFFFFFF), toTypeName(-128), toTypeName(INTERVAL 1 DAY)
SELECT toTypeName(5 / 2), toTypeName(5 DIV 2), toTypeName(true ? 1 : 2), toTypeName(CASE WHEN 1 THEN 1 ELSE 300 END)
-- == casts
SELECT 1::String, '1'::Int32, '1.5'::Float64, 1::Bool, '2026-01-01'::Date, 3::UInt8 + 1
SELECT CAST(1 AS String), CAST('1' AS Int8), CAST(1.5 AS Decimal(10, 2)), CAST('5' AS Nullable(Int8)), CAST(NULL AS Nullable(String))
SELECT CAST(1, 'String'), CAST('2026-01-01', 'Date'), CAST([1, 2], 'Array(String)'), cast('7', 'UInt8')
SELECT -1::Int8, -0.29::Decimal(10, 2), 5 -1::Int8, -128::Int8, -1.5::Float64
SELECT 0.29::Decimal(10, 2), 1.1::Decimal(18, 9), 9007199254740993::Int64, 0.1::Float64
SELECT '1.123456789'::Decimal(18, 9), 1::Decimal64(3), 1::Decimal128(2), toDecimal32('1.5', 1), 1.1::Decimal32(2)
SELECT '2026-01-01 00:00:00'::DateTime('UTC'), '2026-01-01 00:00:00.123'::DateTime64(3, 'UTC'), '2026-01-01'::Date32
SELECT [1, 2]::Array(UInt16), CAST([1, 2] AS Array(String)), CAST((1, 'a') AS Tuple(a Int8, b String)), CAST(map('a', 1) AS Map(String, UInt64))
SELECT 'a'::LowCardinality(String), 'a'::FixedString(3), 'a'::Enum8('a' = 1, 'b' = 2), NULL::Nullable(UInt8), 'a'::LowCardinality(Nullable(String))
SELECT CAST(-1 AS Int8), toInt8(-1), CAST(-1 AS UInt8), toUInt8(255)
SELECT toTypeName(1::Int64), toTypeName(1::UInt256), toTypeName(1::Float32), toTypeName('a'::Nullable(String)), toTypeName(1::Bool), toTypeName(1::Int128)
SELECT toTypeName(CAST([1] AS Array(Nullable(Int8)))), toTypeName(CAST((1, 2) AS Tuple(x Int8, y Nullable(Int8)))), toTypeName([1, 2]::Array(UInt8))
SELECT toString(1), toInt64('5'), toFloat64('1.5'), toInt32OrNull('x'), toInt32OrZero('x'), toInt32OrDefault('x', 7::Int32), toUInt64(3.9)
SELECT toString(cost_usd), toFloat64(cost_usd), cost_usd::Nullable(String), cost_usd * 2, cost_usd / 3, round(cost_usd, 4) FROM calls ORDER BY ALL
SELECT accurateCastOrNull(300, 'UInt8'), accurateCast(5, 'UInt8'), reinterpretAsUInt8('a'), toFixedString('ab', 4)
SELECT '12' :: Int8 + 1, toDate('2026-01-01') :: String, ('a' || 'b') :: String, length('abc') :: Int8
SELECT INTERVAL 3 DAY, INTERVAL '1' WEEK, toIntervalSecond(5), INTERVAL (1 + 1) HOUR
-- == strings
SELECT lower(request_model), upper(request_model), length(request_model), reverse(request_model) FROM calls ORDER BY ALL
SELECT substring('hello', 2, 3), substr('hello', 2), left('hello', 2), right('hello', 2), mid('hello', 2, 2), substring('hello', -3)
SELECT position('hello', 'l'), positionCaseInsensitive('HELLO', 'l'), locate('l', 'hello'), countSubstrings('hello', 'l'), position('hello', 'l', 4)
SELECT trim('  a  '), trimLeft('  a'), ltrim('  a'), trimRight('a  '), rtrim('a  '), trimBoth('  a  ')
SELECT replace('aXa', 'X', 'y'), replaceAll('aaa', 'a', 'b'), replaceOne('aaa', 'a', 'b'), replaceRegexpAll('a1b2', '[0-9]', '#'), replaceRegexpOne('a1b2', '([0-9])', '<\\1>')
SELECT splitByChar('-', 'gpt-4o-mini'), splitByString('--', 'a--b'), splitByRegexp('[0-9]', 'a1b2c'), splitByChar('-', request_model)[1] FROM calls ORDER BY ALL
SELECT arrayStringConcat(['a', 'b'], '-'), concatWithSeparator(',', 'a', 'b'), concat_ws('-', 'a', 'b'), format('{}-{}', 'a', 'b'), format('{1}{0}', 'a', 'b')
SELECT startsWith('abc', 'a'), endsWith('abc', 'c'), empty(''), notEmpty('a'), repeat('ab', 3), leftPad('7', 3, '0'), rightPad('7', 3), lpad('7', 2, '0')
SELECT extract('a12b', '[0-9]+'), extractAll('a1b2', '[0-9]'), regexpExtract('a-12', '([a-z])-([0-9]+)', 2), extractGroups('a-12', '([a-z])-([0-9]+)'), regexpQuoteMeta('a.b')
SELECT like('abc', 'a%'), notLike('abc', 'a%'), ilike('ABC', 'a%'), match('abc', 'b'), multiSearchAny('abc', ['x', 'b']), multiMatchAny('abc', ['^b', 'c$'])
SELECT hex('abc'), unhex('616263'), base64Encode('abc'), base64Decode('YWJj'), char(97, 98), ascii('a'), encodeURLComponent('a b'), bin(5)
SELECT MD5('a') = unhex('0CC175B9C0F1B6A831C399E269772661'), hex(SHA256('a')), lower(hex(MD5('a'))), cityHash64('a'), xxHash64('a'), sipHash64('a'), farmHash64('a'), hex(SHA1('a')), hex(SHA512('a'))
SELECT lowerUTF8('ÄÖ'), upperUTF8('äö'), reverseUTF8('äö'), substringUTF8('äöü', 2, 1), initcap('hello world'), toValidUTF8('a'), isValidUTF8('a')
SELECT levenshteinDistance('abc', 'abd'), editDistance('a', 'b'), jaroWinklerSimilarity('abc', 'abd') > 0, ngramDistance('abc', 'abd'), soundex('robert'), bitHammingDistance(1, 2)
SELECT domain('https://api.openai.com/v1'), path('https://a.b/c?d=e'), protocol('https://a'), cutQueryString('http://a?b'), extractURLParameter('http://a/?b=c', 'b'), topLevelDomain('a.co')
SELECT formatReadableSize(1536), formatReadableQuantity(1234567), formatReadableTimeDelta(3661), bar(5, 0, 10, 10)
SELECT substringIndex('a.b.c', '.', 2), SUBSTRING_INDEX('a.b.c', '.', -1), instr('abc', 'c'), CHAR_LENGTH('äb'), OCTET_LENGTH('äb'), char_length('ab')
SELECT tokens('a b c'), ngrams('abcd', 2), alphaTokens('a1b'), splitByWhitespace(' a  b '), splitByNonAlpha('a,b')
SELECT if(request_model LIKE 'gpt%', 'openai-like', 'other') AS k, count() FROM calls GROUP BY k ORDER BY k
SELECT concat(provider, '/', request_model) AS m, count() FROM calls GROUP BY m ORDER BY m
SELECT printf('%d-%s', 5, 'x'), hasToken('a b c', 'b'), hasTokenCaseInsensitive('A b', 'a'), hasSubsequence('garbage', 'gbe')
SELECT translate('abc', 'ab', 'xy'), overlay('abcdef', 'XX', 3, 2), space(3) || 'x', ascii('A'), conv('ff', 16, 10)
SELECT date_format(toDateTime('2026-01-02 03:04:05', 'UTC'), '%H'), decodeURLComponent('a%20b'), normalizeUTF8NFC('ä')
-- == arrays, tuples, maps
SELECT arrayMap(x -> x * 2, [1, 2, 3]), arrayFilter(x -> x > 1, [1, 2, 3]), arrayMap((x, y) -> x + y, [1, 2], [3, 4])
SELECT arrayExists(x -> x = 2, [1, 2]), arrayAll(x -> x > 0, [1, 2]), arrayCount(x -> x > 1, [1, 2, 3]), arrayFirst(x -> x > 1, [1, 2, 3]), arrayFirstIndex(x -> x > 1, [1, 2, 3])
SELECT arraySum([1, 2, 3]), arraySum(x -> x * 2, [1, 2]), arrayAvg([1, 2]), arrayMin([3, 1]), arrayMax([3, 1]), arrayProduct([2, 3])
SELECT arraySort([3, 1, 2]), arrayReverseSort([3, 1, 2]), arraySort(x -> -x, [1, 2]), arrayReverse([1, 2]), arrayDistinct([1, 1]), arrayUniq([1, 1]), arrayCompact([1, 1, 2])
SELECT arraySlice([1, 2, 3], 2), arraySlice([1, 2, 3], 1, 2), arrayConcat([1], [2]), arrayPushBack([1], 2), arrayPopFront([1, 2]), arrayResize([1], 3, 0), arrayElement([5, 6], 2)
SELECT [1, 2, 3][1], [1, 2, 3][-1], [[1, 2], [3]][1][2], [1, 2][5], tags[1] FROM calls ORDER BY ALL
SELECT arrayJoin([1, 2, 3]) AS x, x * 2
SELECT arrayJoin(tags) AS tag, count() FROM calls GROUP BY tag ORDER BY tag
SELECT tag, count() FROM calls ARRAY JOIN tags AS tag GROUP BY tag ORDER BY tag
SELECT span_id, tag FROM calls LEFT ARRAY JOIN tags AS tag ORDER BY span_id, tag
SELECT span_id, tag, i FROM calls ARRAY JOIN tags AS tag, arrayEnumerate(tags) AS i ORDER BY span_id, i
SELECT x, y FROM (SELECT [1, 2] AS a, [3, 4] AS b) ARRAY JOIN a AS x, b AS y
SELECT a FROM (SELECT [1, 2, 3] AS a) ARRAY JOIN a
SELECT arrayZip([1, 2], ['a', 'b']), arrayEnumerate(['a', 'b']), range(3), range(1, 4), arrayCumSum([1, 2, 3]), arrayDifference([1, 3]), arrayFlatten([[1], [2]])
SELECT arrayReduce('sum', [1, 2]), arrayFold((acc, x) -> acc + x, [1, 2, 3], 0::Int64), arrayFill(x -> x > 0, [1, 0, 2]), arraySplit(x -> x = 2, [1, 2, 3])
SELECT has([1, 2], 1), indexOf(['a', 'b'], 'b'), hasAll([1, 2], [1]), hasAny([1], [2]), countEqual([1, 1], 1), arrayIntersect([1, 2], [2, 3]), length([1, 2]), empty([])
SELECT arrayMap(x -> (x, x + 1), [1, 2]), arrayMap(x -> x.1, [(1, 2), (3, 4)]), arrayMap(t -> t.2, arrayZip([1], ['a']))
SELECT (1, 2).1, (1, 'b').2, tuple(1, 'a').2, tupleElement((1, 2), 1), (1, (2, 3)).2.1, untuple((1, 2))
SELECT t.1, t.2 FROM (SELECT (1, 'a') AS t)
SELECT t.a, t.b FROM (SELECT CAST((1, 'x') AS Tuple(a UInt8, b String)) AS t)
SELECT q.1 + q.2 FROM (SELECT (toUInt8(1), toUInt8(2)) AS q)
SELECT m['a'], m['zz'], mapKeys(m), mapValues(m), mapContains(m, 'a') FROM (SELECT map('a', 1, 'b', 2) AS m)
SELECT mapFilter((k, v) -> v > 1, map('a', 1, 'b', 2)), mapApply((k, v) -> (k, v + 1), map('a', 1)), mapAdd(map('a', 1), map('a', 2)), mapFromArrays(['a'], [1])
SELECT tupleConcat((1, 2), (3,4)), tuplePlus((1, 2), (3, 4)), (1, 2) = (1, 2), (1, 'a') < (1, 'b'), dotProduct((1, 2), (3, 4))
SELECT groupArray((provider, n)) FROM (SELECT provider, count() AS n FROM calls GROUP BY provider ORDER BY provider)
SELECT arraySort(x -> x.2, groupArray((provider, n)))[1].1 FROM (SELECT assumeNotNull(provider) AS provider, count() AS n FROM calls WHERE provider IS NOT NULL GROUP BY provider)
SELECT arrayMap(i -> i.1, arraySort(groupArray((span_id, 1)))) FROM calls
SELECT cosineDistance([1., 0.], [0., 1.]), L2Distance([1, 2], [3, 4]), arrayDotProduct([1, 2], [3, 4])
SELECT bitmapCardinality(bitmapBuild([1, 2, 3])), arrayEnumerateUniq([1, 1]), arrayShuffle([1]), arrayRandomSample([1], 1)
-- == queries in queries, WITH
SELECT * FROM (SELECT provider, count() AS n FROM calls GROUP BY provider) WHERE n > 1 ORDER BY provider
SELECT * FROM (SELECT provider, count() AS n FROM calls GROUP BY provider) AS t WHERE t.n > 1 ORDER BY t.provider
SELECT (SELECT count() FROM calls) AS total, (SELECT max(duration_ms) FROM calls) AS slowest
SELECT count() / (SELECT count() FROM calls) FROM calls WHERE status = 'error'
SELECT span_id FROM calls WHERE duration_ms = (SELECT max(duration_ms) FROM calls)
SELECT span_id FROM calls WHERE duration_ms > (SELECT avg(duration_ms) FROM calls) ORDER BY span_id
WITH slow AS (SELECT * FROM calls WHERE duration_ms > 500) SELECT provider, count() FROM slow GROUP BY provider ORDER BY provider
WITH a AS (SELECT provider, count() AS n FROM calls GROUP BY provider), b AS (SELECT max(n) AS m FROM a) SELECT a.provider FROM a, b WHERE a.n = b.m ORDER BY 1
WITH 500 AS threshold SELECT count() FROM calls WHERE duration_ms > threshold
WITH (SELECT avg(duration_ms) FROM calls) AS mean SELECT count() FROM calls WHERE duration_ms > mean
WITH toDateTime('2026-11-20 06:00:00', 'UTC') AS start SELECT count() FROM calls WHERE time >= start
WITH duration_ms / 1000 AS seconds SELECT max(seconds) FROM calls
WITH t AS (SELECT span_id, cost_usd FROM calls) SELECT count() FROM t WHERE span_id IN (SELECT span_id FROM t WHERE cost_usd IS NOT NULL)
WITH a AS (SELECT 1 AS x), b AS (SELECT x + 1 AS y FROM a), c AS (SELECT y * 2 AS z FROM b) SELECT x, y, z FROM a, b, c
SELECT * FROM (WITH q AS (SELECT 1 AS x) SELECT x FROM q) AS z
SELECT x FROM (SELECT 1 AS x UNION ALL SELECT 2 AS x) ORDER BY x
SELECT provider FROM calls WHERE status = 'error' UNION DISTINCT SELECT provider FROM calls WHERE duration_ms > 500 ORDER BY provider
(SELECT 1 AS x) UNION ALL (SELECT 2 AS x)
SELECT 1 AS x UNION ALL SELECT 2 UNION ALL SELECT 3 AS x ORDER BY x DESC
SELECT provider FROM calls INTERSECT SELECT provider FROM calls WHERE status = 'error' ORDER BY provider
SELECT DISTINCT provider FROM calls EXCEPT SELECT provider FROM calls WHERE status = 'error' ORDER BY provider
SELECT 1 UNION ALL SELECT 2 EXCEPT SELECT 2
SELECT 1 UNION DISTINCT SELECT 2 INTERSECT SELECT 2
SELECT count() FROM (SELECT 1 UNION ALL SELECT 1 UNION DISTINCT SELECT 1)
-- == joins
SELECT c.span_id, s.name FROM calls AS c JOIN spans AS s ON c.span_id = s.span_id AND c.trace_id = s.trace_id ORDER BY c.span_id
SELECT c.span_id, s.name FROM calls c INNER JOIN spans s USING (trace_id, span_id) ORDER BY c.span_id
SELECT c.span_id, s.name FROM calls c LEFT JOIN spans s ON s.span_id = c.parent_span_id AND s.trace_id = c.trace_id ORDER BY c.span_id
SELECT c.span_id, s.name FROM calls c LEFT JOIN spans s ON s.span_id = c.parent_span_id AND s.trace_id = c.trace_id ORDER BY c.span_id SETTINGS join_use_nulls = 1
SELECT count() FROM calls c RIGHT JOIN spans s ON s.span_id = c.span_id
SELECT count() FROM calls c FULL OUTER JOIN spans s ON s.span_id = c.span_id
SELECT count() FROM calls c CROSS JOIN (SELECT 1 AS one) o
SELECT count() FROM calls a, calls b WHERE a.trace_id = b.trace_id
SELECT c.span_id FROM calls c LEFT SEMI JOIN spans s ON s.trace_id = c.trace_id AND s.status = 'error' ORDER BY c.span_id
SELECT c.span_id FROM calls c LEFT ANTI JOIN scores s ON s.trace_id = c.trace_id ORDER BY c.span_id
SELECT count() FROM calls c ANY LEFT JOIN spans s ON s.trace_id = c.trace_id
SELECT count() FROM calls c ANY INNER JOIN spans s ON s.trace_id = c.trace_id
SELECT count() FROM calls c ALL INNER JOIN spans s ON s.trace_id = c.trace_id
SELECT c.span_id, s.value FROM calls c ASOF JOIN scores s ON c.trace_id = s.trace_id AND c.time <= s.time ORDER BY c.span_id
SELECT calls.span_id, spans.name FROM calls JOIN spans ON calls.span_id = spans.span_id ORDER BY calls.span_id
SELECT a.provider, b.n FROM (SELECT DISTINCT provider FROM calls) a JOIN (SELECT provider, count() AS n FROM calls GROUP BY provider) b ON a.provider = b.provider ORDER BY 1
SELECT c.span_id, s.name, m.role FROM calls c JOIN spans s ON c.span_id = s.span_id JOIN messages m ON m.span_id = s.span_id ORDER BY c.span_id, m.role, m.position
SELECT c.provider, avg(s.value) FROM calls c JOIN scores s USING (trace_id) GROUP BY c.provider ORDER BY c.provider
SELECT c.span_id, l.body FROM calls c JOIN logs l ON l.trace_id = c.trace_id ORDER BY ALL
SELECT x.number, y.number FROM numbers(2) AS x CROSS JOIN numbers(2) AS y ORDER BY ALL
SELECT c.* FROM calls AS c ORDER BY c.span_id LIMIT 2
SELECT c.span_id, s.* EXCEPT (attributes, resource) FROM calls c JOIN spans s ON c.span_id = s.span_id ORDER BY c.span_id LIMIT 2
-- == order, limit, distinct, fill
SELECT span_id FROM calls ORDER BY duration_ms DESC, span_id ASC LIMIT 3
SELECT span_id FROM calls ORDER BY ttft_ms NULLS FIRST, span_id LIMIT 3
SELECT span_id FROM calls ORDER BY ttft_ms DESC NULLS LAST, span_id LIMIT 3
SELECT span_id FROM calls ORDER BY span_id LIMIT 2 OFFSET 1
SELECT span_id FROM calls ORDER BY span_id LIMIT 1, 2
SELECT span_id FROM calls ORDER BY span_id OFFSET 2
SELECT span_id FROM calls ORDER BY span_id OFFSET 1 ROW FETCH FIRST 2 ROWS ONLY
SELECT provider, span_id FROM calls ORDER BY provider, span_id LIMIT 1 BY provider
SELECT provider, span_id FROM calls ORDER BY provider, span_id LIMIT 2 BY provider LIMIT 3
SELECT provider, span_id FROM calls ORDER BY provider, span_id LIMIT 1, 1 BY provider LIMIT 5 OFFSET 1
SELECT status FROM calls ORDER BY status LIMIT 1 WITH TIES
SELECT DISTINCT provider FROM calls ORDER BY provider
SELECT DISTINCT ON (provider) provider, span_id FROM calls ORDER BY provider, span_id
SELECT DISTINCT provider, status FROM calls ORDER BY ALL
SELECT provider FROM calls GROUP BY provider ORDER BY count() DESC, provider
SELECT request_model FROM calls ORDER BY length(request_model) DESC, request_model, span_id
SELECT request_model FROM calls ORDER BY request_model COLLATE 'en', span_id
SELECT number FROM numbers(1, 5) WHERE number % 2 = 0 ORDER BY number WITH FILL FROM 0 TO 6
SELECT number FROM numbers(3) ORDER BY number WITH FILL FROM 0 TO 10 STEP 2
SELECT toStartOfHour(time) AS h, count() AS n FROM calls GROUP BY h ORDER BY h WITH FILL STEP INTERVAL 1 HOUR
SELECT toStartOfHour(time) AS h, count() AS n FROM calls GROUP BY h ORDER BY h WITH FILL STEP toIntervalHour(1) INTERPOLATE (n AS 0)
SELECT toDate(time) AS d, sum(cost_usd) AS c FROM calls GROUP BY d ORDER BY d WITH FILL FROM toDate('2026-11-18') TO toDate('2026-11-23')
SELECT tag, count() AS n FROM calls ARRAY JOIN tags AS tag GROUP BY tag ORDER BY tag, n WITH FILL FROM 0 TO 1
SELECT t, n FROM (SELECT toStartOfHour(time) AS t, count() AS n FROM calls ARRAY JOIN tags AS tag WHERE tag = 'beta' GROUP BY t) ORDER BY t WITH FILL STEP INTERVAL 6 HOUR
-- == windows
SELECT span_id, row_number() OVER (ORDER BY time, span_id) FROM calls ORDER BY span_id
SELECT span_id, rank() OVER (PARTITION BY provider ORDER BY duration_ms), dense_rank() OVER (PARTITION BY provider ORDER BY duration_ms) FROM calls ORDER BY span_id
SELECT span_id, sum(duration_ms) OVER (ORDER BY time, span_id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) FROM calls ORDER BY span_id
SELECT span_id, avg(duration_ms) OVER (ORDER BY time, span_id ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING) FROM calls ORDER BY span_id
SELECT span_id, count() OVER (PARTITION BY provider), max(duration_ms) OVER () FROM calls ORDER BY span_id
SELECT span_id, lagInFrame(duration_ms) OVER (PARTITION BY provider ORDER BY time, span_id), leadInFrame(duration_ms, 1, 0) OVER (PARTITION BY provider ORDER BY time, span_id ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) FROM calls ORDER BY span_id
SELECT span_id, lag(duration_ms) OVER (ORDER BY time, span_id), lead(duration_ms, 2) OVER (ORDER BY time, span_id) FROM calls ORDER BY span_id
SELECT span_id, first_value(span_id) OVER w, last_value(span_id) OVER w FROM calls WINDOW w AS (PARTITION BY provider ORDER BY span_id) ORDER BY span_id
SELECT span_id, count() OVER (ORDER BY toUnixTimestamp(time) RANGE BETWEEN 3600 PRECEDING AND CURRENT ROW) FROM calls ORDER BY span_id
SELECT span_id FROM calls QUALIFY row_number() OVER (PARTITION BY provider ORDER BY duration_ms DESC, span_id) = 1 ORDER BY span_id
SELECT provider, cost, sum(cost) OVER (ORDER BY provider) FROM (SELECT provider, sum(cost_usd) AS cost FROM calls GROUP BY provider) ORDER BY provider
SELECT span_id, ntile(2) OVER (ORDER BY span_id), percent_rank() OVER (ORDER BY span_id), nth_value(span_id, 2) OVER (ORDER BY span_id) FROM calls ORDER BY span_id
SELECT h, n, n - lagInFrame(n) OVER (ORDER BY h) AS change FROM (SELECT toStartOfHour(time) AS h, toInt64(count()) AS n FROM calls GROUP BY h) ORDER BY h
SELECT quantileExact(0.5)(duration_ms) OVER (PARTITION BY provider) AS p, span_id FROM calls ORDER BY span_id
-- == stars and shapes
SELECT * FROM calls ORDER BY span_id
SELECT * EXCEPT (attributes) FROM calls ORDER BY span_id
SELECT * EXCEPT attributes FROM calls ORDER BY span_id
SELECT * REPLACE (upper(provider) AS provider) FROM calls ORDER BY span_id LIMIT 1
SELECT COLUMNS('tokens$') FROM calls ORDER BY ALL
SELECT calls.* EXCEPT (attributes) FROM calls ORDER BY span_id
SELECT span_id, FROM calls ORDER BY span_id
FROM calls SELECT span_id ORDER BY span_id
SELECT count() AS `calls in all`, sum(cost_usd) AS "cost (USD)" FROM calls
select Provider from (select provider as Provider from calls) order by Provider
SELECT now() AS n, n >= n FROM calls WHERE 0
SELECT 1 WHERE 1 = 0
SELECT 1 AS one HAVING one = 1
-- == attributes (JSON)
SELECT attributes.region FROM calls ORDER BY span_id
SELECT attributes.region::String AS r, count() FROM calls GROUP BY r ORDER BY r
SELECT attributes.region.:String AS r, count() FROM calls GROUP BY r ORDER BY r
SELECT attributes.nested.deep.:Int64 FROM calls ORDER BY span_id
SELECT attributes.`with space`.:String FROM calls ORDER BY span_id
SELECT attributes.^nested FROM calls ORDER BY span_id
SELECT attributes.list.:`Array(Nullable(Int64))` FROM calls ORDER BY span_id
SELECT toString(attributes.region), JSONAllPaths(attributes) FROM calls ORDER BY span_id
SELECT count() FROM calls WHERE attributes.region = 'eu'
SELECT c.attributes.region FROM calls c ORDER BY c.span_id
SELECT dynamicType(attributes.nested.deep) FROM calls ORDER BY span_id
SELECT JSONExtractString('{"a": "b"}', 'a'), JSONExtractInt('{"a": 5}', 'a'), JSONExtract('{"a": [1, 2]}', 'a', 'Array(Int8)'), JSONHas('{"a": 1}', 'a'), JSONLength('[1, 2]'), JSON_VALUE('{"a": 1}', '$.a')
SELECT JSONExtractRaw('{"a": {"b": 1}}', 'a'), JSONExtractKeysAndValues('{"a": 1}', 'Int8'), isValidJSON('{}'), simpleJSONExtractString('{"a":"b"}', 'a'), toJSONString(map('a', 1)), JSONType('{"a": 1}', 'a')
-- == other views
SELECT name, count() FROM spans GROUP BY name ORDER BY name
SELECT kind, status, avg(duration_ms) FROM spans GROUP BY kind, status ORDER BY ALL
SELECT role, count(), sum(length(text)) FROM messages GROUP BY role ORDER BY role
SELECT text FROM messages WHERE text ILIKE '%hello%' ORDER BY span_id, position
SELECT severity, count() FROM logs GROUP BY severity ORDER BY severity
SELECT body FROM logs WHERE severity IN ('error', 'warn') ORDER BY body
SELECT name, kind, avg(value) FROM metrics GROUP BY name, kind ORDER BY name
SELECT name, argMax(value, time) FROM metrics GROUP BY name ORDER BY name
SELECT name, avg(value), count() FROM scores GROUP BY name ORDER BY name
SELECT name, label, count() FROM scores GROUP BY ALL ORDER BY ALL
SELECT count() FROM alerts
-- == functions whose names other dialects change
SELECT rand() >= 0, rand64() >= 0, randCanonical() < 1, length(randomString(5)), length(generateUUIDv4()::String)
SELECT toTypeName(rand()), toTypeName(randCanonical()), toTypeName(length('a')), toTypeName(now()), toTypeName(today())
SELECT floor(1.55, 1), ceil(1.5), ceiling(1.2), round(1.555, 2), trunc(1.9), truncate(1.99, 1), roundBankers(2.5), floor(-1.5)
SELECT log(2.718281828) > 0.99, ln(1), log2(8), log10(100), exp(0), sqrt(4), cbrt(27), pow(2, 3), power(2, 3), abs(-5), sign(-2)
SELECT sin(0), cos(0), pi() > 3, e() > 2, degrees(0), radians(0), hypot(3, 4), intExp2(3), factorial(5)
SELECT isFinite(1.0), ifNotFinite(1 / 0, 42), 1 / 0, 0 / 0, intDivOrZero(1, 0), moduloOrZero(1, 0), gcd(12, 18), lcm(4, 6)
SELECT toTypeName(any(status)), toTypeName(sum(input_tokens)), toTypeName(avg(duration_ms)), toTypeName(count()) FROM calls
SELECT splitByChar(',', 'a,b')[1], arrayElement(splitByString(', ', 'a, b'), 2), has(splitByChar('-', 'a-b'), 'a')
SELECT formatDateTime(toDateTime('2026-01-02 03:04:05', 'UTC'), '%a %b %j %V %p %I'), formatDateTimeInJodaSyntax(toDateTime('2026-01-02 03:04:05', 'UTC'), 'yyyy-MM-dd')
SELECT transform(status, ['ok', 'error'], [1, 2], 0) FROM calls ORDER BY 1
SELECT identity(5), materialize(5), ignore(1, 2), toColumnTypeName(1), byteSize(1), isConstant(1)
SELECT x FROM (SELECT arrayJoin([1, 3, 6]) AS x) WHERE 0
SELECT toUInt8(5), toInt16(-5), toFloat32(1.5), toInt256(5), toUInt128(7), toDecimal128('1.5', 3)
SELECT IPv4NumToString(toUInt32(3232235777)), toIPv4('127.0.0.1'), IPv6NumToString(toFixedString(unhex('00000000000000000000000000000001'), 16)), isIPv4String('1.2.3.4')
SELECT toUUID('61f0c404-5cb3-11e7-907b-a6006ad3dba0'), UUIDStringToNum('61f0c404-5cb3-11e7-907b-a6006ad3dba0') = '', UUIDNumToString(toFixedString('0123456789abcdef', 16))
SELECT least(toDate('2026-01-01'), toDate('2025-01-01')), max2(1, 2), min2(1, 2), width_bucket(5, 0, 10, 5)
SELECT LEFT('abc', 1), RIGHT('abc', 1), REPLACE('abc', 'b', 'x'), LOWER('A'), UPPER('a'), LENGTH('abc'), CONCAT('a', 'b'), COALESCE(NULL, 1), IFNULL(NULL, 1), NULLIF(1, 1)
SELECT DAYOFWEEK(toDate('2026-11-20')), DAYOFYEAR(toDate('2026-11-20')), LAST_DAY(toDate('2026-11-20')), TO_DAYS(toDate('2026-11-20'))
SELECT stringJaccardIndex('ab', 'ac') >= 0, toStringCutToZero('a'), convertCharset('a', 'utf-8', 'utf-16') != '', crc32('a') > 0, CRC32('a')
