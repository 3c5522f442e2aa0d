-- Which outlets ask about which topics?
-- The three most marked topics of each group of outlets. share_of_group is n_questions of n_questions_of_group (its questions);
-- share_of_all is the share of the topic in all questions whose outlet is known; lift is the ratio of the two. A question may speak of
-- several topics, or of none. The order is by n_more_than_expected, so that a rare topic does not come first. Outlets are known from
-- 24 March 2020 on.
-- Narrow it: and exchanges.year = 2022 in `questions`; `exchanges.outlet as outlet_group` there for single outlets.
with

questions as (
    select
        exchanges.exchange_id,
        exchanges.source_id,
        exchanges.language,
        exchanges.outlet_group,
        exchanges.question_turn_id
    from intermediate.int_exchanges as exchanges
    where exchanges.outlet_id is not null and exchanges.has_question
),

asked as (
    select distinct
        questions.exchange_id,
        questions.source_id,
        questions.language,
        questions.outlet_group,
        topics.label as topic
    from questions
    inner join core.topic_hits as hits on questions.question_turn_id = hits.turn_id
    inner join vocabulary.topics as topics using (topic_id)
),

groups as (
    select
        source_id,
        language,
        outlet_group,
        count(*) as n_questions_of_group,
        sum(count(*)) over (partition by source_id, language) as n_questions_total
    from questions
    group by source_id, language, outlet_group
),

counts as (
    select
        asked.source_id,
        asked.language,
        asked.outlet_group,
        asked.topic,
        count(*) as n_questions,
        any_value(groups.n_questions_of_group) as n_questions_of_group,
        n_questions / any_value(groups.n_questions_of_group) as share_of_group,
        sum(count(*)) over (partition by asked.source_id, asked.language, asked.topic) / any_value(groups.n_questions_total) as share_of_all
    from asked
    inner join groups using (source_id, language, outlet_group)
    group by asked.source_id, asked.language, asked.outlet_group, asked.topic
)

select
    source_id,
    language,
    outlet_group,
    topic,
    n_questions,
    n_questions_of_group,
    round(share_of_group, 3) as share_of_group,
    round(share_of_all, 3) as share_of_all,
    round(share_of_group / share_of_all, 1) as lift,
    round(n_questions - share_of_all * n_questions_of_group, 1) as n_more_than_expected
from counts
qualify
    row_number() over (
        partition by source_id, language, outlet_group order by n_questions - share_of_all * n_questions_of_group desc, topic
    ) <= 3
order by source_id, language, n_questions_of_group desc, outlet_group, n_more_than_expected desc, topic;
