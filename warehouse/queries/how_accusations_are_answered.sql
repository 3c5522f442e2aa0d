-- How is each type of accusation against the speaker's state answered, compared with any other question?
-- The three most marked patterns of each type. share_with_pattern is n_with_pattern of n_accusations (those in exchanges that have an
-- answer), share_of_answers the share of all answers of the source and language that show the pattern, lift the ratio of the two:
-- 2 means twice as often as usual. n_more_than_expected is the difference in cases, and decides the order: with a few accusations a
-- lift means little. pattern_precision and accusation_precision say how well the two are found.
-- Narrow it: direction = 'OUT' for its own charges; and accusation_type = 'A01'; and n_accusations >= 30.
select
    source_id,
    language,
    accusation,
    pattern,
    family,
    n_accusations,
    n_with_pattern,
    round(share_with_pattern, 3) as share_with_pattern,
    round(share_of_answers, 3) as share_of_answers,
    round(lift, 1) as lift,
    round(n_with_pattern - share_of_answers * n_accusations, 1) as n_more_than_expected,
    accusation_precision,
    pattern_precision
from marts.accusation_responses
where direction = 'IN' and n_with_pattern > 0 and lift > 1
qualify
    row_number() over (
        partition by source_id, language, accusation_type order by n_with_pattern - share_of_answers * n_accusations desc, pattern_id
    ) <= 3
order by source_id, language, n_accusations desc, accusation, n_more_than_expected desc, pattern;
