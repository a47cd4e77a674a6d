#include "people/event.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/text.h"

#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* JSON is written with ' for ", so that it can be read here. */
static char *quoted(const char *text)
{
    char *copy = strdup(text);
    for (char *p = copy; p && *p; p++)
        if (*p == '\'')
            *p = '"';
    return copy;
}

static int parse(const char *text, struct event *event, struct error *error)
{
    char *json = quoted(text);
    assert_non_null(json);
    int result = event_parse(json, strlen(json), event, error);
    free(json);
    return result;
}

static struct event parsed(const char *text)
{
    struct event event;
    struct error error = {0};
    if (parse(text, &event, &error) != 0)
        fail_msg("%s: %s", error.message, text);
    return event;
}

static void refused(const char *text, enum error_code code, const char *names)
{
    struct event event;
    struct error error = {0};
    if (parse(text, &event, &error) == 0)
        fail_msg("taken: %s", text);
    assert_string_equal(error_name(error.code), error_name(code));
    if (!strstr(error.message, names))
        fail_msg("\"%s\" does not name %s", error.message, names);
}

/* A transcription whose data has `members` besides its id. */
static struct event call_with(const char *members)
{
    struct buf b = BUF_INIT;
    buf_printf(
        &b,
        "{'type':'post_call_transcription','event_timestamp':1772446021,'data':{'conversation_id':'c1'%s%s}}",
        *members ? "," : "", members);
    struct event event = parsed(buf_text(&b));
    buf_free(&b);
    return event;
}

/* --- Shapes --- */

static void a_whole_transcription(void **state)
{
    (void)state;
    struct event e = parsed(
        "{'type':'post_call_transcription','event_timestamp':1772446021,'new_field':{'a':[1]},'data':{"
        "'agent_id':'agent_1','conversation_id':'conv_1','status':'done','user_id':null,'has_audio':true,"
        "'transcript':["
        "{'role':'agent','message':'Good "
        "morning!','time_in_call_secs':0,'tool_calls':[],'interrupted':false},"
        "{'role':'user','message':'Hi, it is Ana.','time_in_call_secs':3},"
        "{'role':'agent','message':null,'tool_calls':[{'tool_name':'order_status'}],'time_in_call_secs':5},"
        "{'role':'user','message':'','time_in_call_secs':6},"
        "{'role':'agent','message':'It ships on Friday.','original_message':'It ships on Friday. Anything "
        "else?',"
        "'tool_results':[{'result_value':'x'}],'time_in_call_secs':8}],"
        "'metadata':{'start_time_unix_secs':1772445942,'call_duration_secs':61,'cost':210,'main_language':'"
        "en',"
        "'deletion_settings':{'delete_transcript_and_pii':false},"
        "'phone_call':{'type':'twilio','direction':'inbound','external_number':'+1 555 010 0001',"
        "'agent_number':'+15550109000','call_sid':'CA1'}},"
        "'analysis':{'transcript_summary':'Ana asked about her order.','call_summary_title':'Order status',"
        "'call_successful':'success','evaluation_criteria_results':{'polite':{'result':'success'}},"
        "'data_collection_results':{'order_number':{'data_collection_id':'order_number','value':'HB-20417',"
        "'rationale':'said so','json_schema':{'type':'string','description':'The number of the order'}}}},"
        "'conversation_initiation_client_data':{'dynamic_variables':{'system__caller_id':'+15550100001',"
        "'caller_name':'Ana'}}}}");
    assert_int_equal(e.type, EVENT_TRANSCRIPTION);
    assert_string_equal(e.type_name, "post_call_transcription");
    assert_string_equal(e.conversation, "conv_1");
    assert_string_equal(e.agent, "agent_1");
    assert_int_equal(e.caller_kind, CALLER_NUMBER);
    assert_string_equal(e.caller, "+15550100001");
    assert_false(e.transcript.outbound);
    assert_true(e.transcript.started_at == 1772445942);
    assert_int_equal(e.duration, 61);
    assert_string_equal(e.transcript.language, "en");
    assert_string_equal(e.transcript.summary, "Ana asked about her order.");
    assert_string_equal(e.title, "Order status");
    assert_string_equal(e.outcome, "success");
    assert_string_equal(e.failure, "");
    assert_false(e.delete_pii);
    assert_int_equal(e.transcript.turn_count, 3); /* a tool call and an empty message say nothing */
    assert_int_equal(e.transcript.turns[0].role, ROLE_AGENT);
    assert_string_equal(e.transcript.turns[0].text, "Good morning!");
    assert_int_equal(e.transcript.turns[1].role, ROLE_USER);
    assert_int_equal(e.transcript.turns[1].position, 1);
    assert_int_equal(e.transcript.turns[1].second, 3);
    assert_string_equal(e.transcript.turns[2].text,
                        "It ships on Friday."); /* what was heard, not what was to be said */
    assert_int_equal(e.transcript.turns[2].position, 4);
    assert_int_equal(e.transcript.collected_count, 1);
    assert_string_equal(e.transcript.collected[0].name, "order_number");
    assert_string_equal(e.transcript.collected[0].label, "The number of the order");
    assert_string_equal(e.transcript.collected[0].value, "HB-20417");
    assert_string_equal(cJSON_GetObjectItem(e.transcript.variables, "caller_name")->valuestring, "Ana");
    event_free(&e);
    assert_null(e.transcript.turns);
    event_free(&e);
}

static void an_event_with_nothing_but_its_ids(void **state)
{
    (void)state;
    int64_t before = clock_now();
    struct event e = parsed("{'type':'post_call_transcription','data':{'conversation_id':'c'}}");
    assert_int_equal(e.caller_kind, CALLER_NOBODY);
    assert_string_equal(e.caller, "");
    assert_string_equal(e.agent, "");
    assert_string_equal(e.transcript.language, "");
    assert_string_equal(e.transcript.summary, "");
    assert_int_equal(e.duration, -1);
    assert_int_equal(e.transcript.turn_count, 0);
    assert_int_equal(e.transcript.collected_count, 0);
    assert_null(e.transcript.variables);
    assert_true(e.transcript.started_at >= before && e.transcript.started_at <= clock_now());
    event_free(&e);
}

static void nothing_is_null_where_text_is_promised(void **state)
{
    (void)state;
    struct event e = call_with("'agent_id':null,'transcript':null,'metadata':null,'analysis':null,"
                               "'conversation_initiation_client_data':null,'user_id':null");
    assert_string_equal(e.agent, "");
    assert_string_equal(e.transcript.summary, "");
    assert_string_equal(e.title, "");
    assert_string_equal(e.outcome, "");
    assert_true(e.transcript.started_at == 1772446021);
    event_free(&e);
}

static void audio_needs_its_ids_only(void **state)
{
    (void)state;
    struct event e = parsed("{'type':'post_call_audio','event_timestamp':5,'data':{'full_audio':'SUQzBAAA',"
                            "'agent_id':'a','conversation_id':'c'}}");
    assert_int_equal(e.type, EVENT_AUDIO);
    assert_string_equal(e.conversation, "c");
    assert_string_equal(e.agent, "a");
    event_free(&e);
}

static void a_type_that_is_not_about_a_call_has_only_its_name(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "{'type':'voice_removal_notice','data':{'voice_id':'v1'}}",
        "{'type':'voice_removal_notice'}",
        "{'type':'voice_removal_notice','data':null}",
        "{'type':'voice_removal_notice','data':[1,2]}",
        "{'type':'voice_removal_notice','data':{'conversation_id':7}}",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct event e = parsed(texts[i]);
        assert_int_equal(e.type, EVENT_OTHER);
        assert_string_equal(e.type_name, "voice_removal_notice");
        assert_string_equal(e.conversation, "");
        event_free(&e);
    }
    struct event e = parsed("{'type':'POST_CALL_TRANSCRIPTION'}"); /* names are exact */
    assert_int_equal(e.type, EVENT_OTHER);
    event_free(&e);
}

static void types_by_name(void **state)
{
    (void)state;
    assert_int_equal(event_type_find("post_call_transcription"), EVENT_TRANSCRIPTION);
    assert_int_equal(event_type_find("post_call_audio"), EVENT_AUDIO);
    assert_int_equal(event_type_find("call_initiation_failure"), EVENT_FAILURE);
    assert_int_equal(event_type_find("speech_to_text_transcription"), EVENT_OTHER);
    assert_int_equal(event_type_find(""), EVENT_OTHER);
}

static void what_is_no_event_is_refused_with_the_field(void **state)
{
    (void)state;
    refused("", ERROR_INVALID_JSON, "");
    refused("[]", ERROR_INVALID_JSON, "");
    refused("{'type':", ERROR_INVALID_JSON, "");
    refused("{'type':'post_call_transcription','data':{'conversation_id':'\xff'}}", ERROR_INVALID_JSON, "");
    refused("{}", ERROR_INVALID_REQUEST, "type");
    refused("{'type':null}", ERROR_INVALID_REQUEST, "type");
    refused("{'type':7}", ERROR_INVALID_REQUEST, "type");
    refused("{'type':''}", ERROR_INVALID_REQUEST, "type");
    refused("{'type':['post_call_transcription']}", ERROR_INVALID_REQUEST, "type");
    static const char *const types[] = {"post_call_transcription", "post_call_audio",
                                        "call_initiation_failure"};
    static const struct {
        const char *data, *names;
    } rows[] = {
        {"", "data"},
        {",'data':null", "data"},
        {",'data':'text'", "data"},
        {",'data':[]", "data"},
        {",'data':{}", "conversation_id"},
        {",'data':{'conversation_id':null}", "conversation_id"},
        {",'data':{'conversation_id':''}", "conversation_id"},
        {",'data':{'conversation_id':17}", "conversation_id"},
        {",'data':{'conversation_id':{}}", "conversation_id"},
    };
    for (size_t t = 0; t < 3; t++)
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
            char text[200];
            snprintf(text, sizeof text, "{'type':'%s'%s}", types[t], rows[i].data);
            refused(text, ERROR_INVALID_REQUEST, rows[i].names);
        }
}

static void ids_have_their_bounds(void **state)
{
    (void)state;
    for (int length = 256; length <= 257; length++)
        for (int wide = 0; wide < 2; wide++)
            for (int agent = 0; agent < 2; agent++) {
                struct buf b = BUF_INIT;
                struct event e;
                struct error error = {0};
                buf_puts(&b, "{'type':'post_call_audio','data':{");
                buf_puts(&b, agent ? "'conversation_id':'c','agent_id':'" : "'conversation_id':'");
                for (int i = 0; i < length; i++)
                    buf_puts(&b, wide ? "\xe6\x9d\xb1" : "x");
                buf_puts(&b, "'}}");
                int result = parse(buf_text(&b), &e, &error);
                assert_int_equal(result, length == 256 ? 0 : -1);
                if (result == 0)
                    event_free(&e);
                else
                    assert_non_null(strstr(error.message, agent ? "agent_id" : "conversation_id"));
                buf_free(&b);
            }
}

/* --- Who called --- */

struct who {
    const char *members;
    enum caller_kind kind;
    const char *caller;
    bool outbound;
};

static void check_callers(const struct who *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct event e = call_with(rows[i].members);
        if (e.caller_kind != rows[i].kind || strcmp(e.caller, rows[i].caller) != 0 ||
            e.transcript.outbound != rows[i].outbound)
            fail_msg("%s: kind %d, \"%s\"", rows[i].members, (int)e.caller_kind, e.caller);
        event_free(&e);
    }
}

#define PHONE(direction, number)                                                                             \
    "'metadata':{'phone_call':{'direction':'" direction "','external_number':" number "}}"
#define VARIABLES(members) "'conversation_initiation_client_data':{'dynamic_variables':{" members "}}"

static void the_caller_is_the_first_that_is_found(void **state)
{
    (void)state;
    static const struct who rows[] = {
        {PHONE("inbound",
               "'+15550100001'") ",'user_id':'u1'," VARIABLES("'system__caller_id':'+15550100002'"),
         CALLER_NUMBER, "+15550100001", false},
        {PHONE("inbound", "null") ",'user_id':'u1'," VARIABLES("'system__caller_id':'+15550100002'"),
         CALLER_NUMBER, "+15550100002", false},
        {PHONE("inbound", "''") ",'user_id':'u1'", CALLER_OTHER, "u1", false},
        {PHONE("inbound", "null") ",'user_id':null,'conversation_initiation_client_data':{'user_id':'u2'}",
         CALLER_OTHER, "u2", false},
        {PHONE("inbound", "null") "," VARIABLES("'user_id':'u3'"), CALLER_OTHER, "u3", false},
        /* the form with the plus counts */
        {PHONE("inbound", "'030123456'") "," VARIABLES("'system__caller_id':'+4930123456'"), CALLER_NUMBER,
         "+4930123456", false},
        {PHONE("inbound", "'5550100001'") "," VARIABLES("'system__caller_id':'+4930123456'"), CALLER_OTHER,
         "5550100001", false},
        /* what is no identity is nobody's, whatever a client says */
        {PHONE("inbound", "'not a number at all'") ",'user_id':'u1'", CALLER_INVALID, "", false},
        {"", CALLER_NOBODY, "", false},
    };
    check_callers(rows, sizeof rows / sizeof *rows);
}

static void a_session_is_no_number(void **state)
{
    (void)state;
    static const struct who rows[] = {
        {"'user_id':'u1'," VARIABLES("'system__caller_id':'+15550100002'"), CALLER_OTHER, "u1", false},
        {"'user_id':'+15550100001'", CALLER_OTHER, "user:+15550100001", false},
        {"'metadata':{'phone_call':null},'user_id':'u1'", CALLER_OTHER, "u1", false},
        {"'conversation_initiation_client_data':{'user_id':'u2'}", CALLER_OTHER, "u2", false},
        {VARIABLES("'user_id':'u3'"), CALLER_OTHER, "u3", false},
        {VARIABLES("'system__caller_id':'+15550100002'"), CALLER_NOBODY, "", false},
    };
    check_callers(rows, sizeof rows / sizeof *rows);
    caller_trust_user_id(true);
    static const struct who trusted[] = {
        {"'user_id':'sip:+15550100001@host'", CALLER_NUMBER, "+15550100001", false},
        {"'user_id':'u1'", CALLER_OTHER, "u1", false},
    };
    check_callers(trusted, sizeof trusted / sizeof *trusted);
    caller_trust_user_id(false);
}

static void messages_name_the_person(void **state)
{
    (void)state;
    static const struct who rows[] = {
        {"'metadata':{'whatsapp':{'direction':'inbound','whatsapp_user_id':'15550100001'}}", CALLER_NUMBER,
         "+15550100001", false},
        {"'metadata':{'whatsapp':{'whatsapp_user_id':'US.134912','recipient':{'bsuid':'US.134912'}}}",
         CALLER_OTHER, "whatsapp:US.134912", false},
        {"'metadata':{'whatsapp':{'direction':'outbound','whatsapp_user_id':'x','recipient':{'phone':"
         "'+15550100001','bsuid':'x'}}}," VARIABLES("'system__caller_id':'+15550109000'"),
         CALLER_NUMBER, "+15550100001", true},
        {"'metadata':{'sms':{'direction':'inbound','sms_user_phone_number':'+1 555 010 0001',"
         "'agent_phone_number':'+15550109000'}},'user_id':'u1'",
         CALLER_NUMBER, "+15550100001", false},
        {"'metadata':{'sms':{'direction':'outbound','sms_user_phone_number':null}},'user_id':'u1'",
         CALLER_NOBODY, "", true},
    };
    check_callers(rows, sizeof rows / sizeof *rows);
}

static void on_an_outbound_call_the_caller_is_who_was_called(void **state)
{
    (void)state;
    static const struct who rows[] = {
        {PHONE("outbound", "'+442079460018'") "," VARIABLES(
             "'system__caller_id':'+15550109000','system__called_number':'+442079460019'"),
         CALLER_NUMBER, "+442079460018", true},
        {PHONE("outbound", "null") "," VARIABLES(
             "'system__caller_id':'+15550109000','system__called_number':'+442079460018'"),
         CALLER_NUMBER, "+442079460018", true},
        /* and never the agent's side */
        {PHONE("outbound", "null") "," VARIABLES("'system__caller_id':'+15550109000'"), CALLER_NOBODY, "",
         true},
        {PHONE("inbound", "null") "," VARIABLES(
             "'system__caller_id':'+15550100001','system__called_number':'+15550109000'"),
         CALLER_NUMBER, "+15550100001", false},
    };
    check_callers(rows, sizeof rows / sizeof *rows);
}

static void behind_a_withheld_number_nobody_is_looked_for(void **state)
{
    (void)state;
    static const struct who rows[] = {
        {PHONE("inbound", "'+266696687'") ",'user_id':'u1'," VARIABLES("'system__caller_id':'+15550100001'"),
         CALLER_NOBODY, "", false},
        {PHONE("inbound", "'anonymous'") ",'user_id':'u1'", CALLER_NOBODY, "", false},
        {PHONE("inbound", "'sip:Anonymous@anonymous.invalid'") ",'user_id':'u1'", CALLER_NOBODY, "", false},
        {PHONE("inbound", "null") "," VARIABLES("'system__caller_id':'restricted','user_id':'u1'"),
         CALLER_NOBODY, "", false},
        {"'user_id':'Unknown'," VARIABLES("'user_id':'u1'"), CALLER_NOBODY, "", false},
    };
    check_callers(rows, sizeof rows / sizeof *rows);
}

static void numbers_where_text_is_expected_are_no_caller(void **state)
{
    (void)state;
    static const struct who rows[] = {
        {PHONE("inbound", "15550100001") ",'user_id':{'a':1}", CALLER_NOBODY, "", false},
        {"'metadata':'text','conversation_initiation_client_data':'text'", CALLER_NOBODY, "", false},
        {"'metadata':{'phone_call':'+15550100001'}", CALLER_NOBODY, "", false},
        {"'metadata':{'phone_call':[]},'conversation_initiation_client_data':{'dynamic_variables':[]}",
         CALLER_NOBODY, "", false},
    };
    check_callers(rows, sizeof rows / sizeof *rows);
}

/* --- Calls that did not come about --- */

static struct event failure_with(const char *members)
{
    char text[600];
    snprintf(text, sizeof text,
             "{'type':'call_initiation_failure','event_timestamp':1773311400,'data':{'agent_id':'a',"
             "'conversation_id':'c','failure_reason':'busy','metadata':{%s}}}",
             members);
    return parsed(text);
}

static void of_a_failed_call_the_caller_is_the_other_side(void **state)
{
    (void)state;
    static const struct {
        const char *members, *caller;
        bool outbound;
    } rows[] = {
        {"'type':'twilio','body':{'To':'+442079460018','From':'+15550109000','Direction':'outbound-api'}",
         "+442079460018", true},
        {"'type':'twilio','body':{'To':'+15550109000','From':'+442079460018','Direction':'inbound'}",
         "+442079460018", false},
        {"'type':'twilio','body':{'To':'+442079460018','From':'+15550109000','Direction':'outbound-dial'}",
         "+442079460018", true},
        {"'type':'sip','body':{'to_number':'+442079460018','from_number':'+15550109000','direction':'"
         "outbound'}",
         "+442079460018", true},
        {"'type':'sip','body':{'to_number':'+15550109000','from_number':'+442079460018','direction':'inbound'"
         "}",
         "+442079460018", false},
        {"'type':'sip','body':{'to_number':'+442079460018','from_number':'+15550109000'}", "+442079460018",
         true},
        {"'type':'sip','body':{'direction':'inbound','from_number':'anonymous'}", "", false},
        {"'type':'sip','body':{}", "", true},
        {"'type':'sip','body':null", "", true},
        {"'type':'sip'", "", true},
        {"'body':{'To':17,'From':[],'Direction':3}", "", true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct event e = failure_with(rows[i].members);
        assert_int_equal(e.type, EVENT_FAILURE);
        assert_string_equal(e.failure, "busy");
        assert_true(e.transcript.started_at == 1773311400);
        if (strcmp(e.caller, rows[i].caller) != 0 || e.transcript.outbound != rows[i].outbound)
            fail_msg("%s: \"%s\"", rows[i].members, e.caller);
        assert_int_equal(e.caller_kind, *rows[i].caller ? CALLER_NUMBER : CALLER_NOBODY);
        event_free(&e);
    }
}

#define OUTBOUND(members)                                                                                    \
    "'metadata':{'phone_call':{'direction':'outbound','external_number':'+15550100001'" members

static void where_nobody_was_reached_there_is_an_attempt(void **state)
{
    (void)state;
    static const struct {
        const char *members, *why;
    } rows[] = {
        {OUTBOUND(",'call_result':'voicemail'}}"), "voicemail"},
        {OUTBOUND(",'call_result':'busy'}}"), "busy"},
        {OUTBOUND(",'call_result':'no_answer'}}"), "no answer"},
        {OUTBOUND(",'call_result':'failed'}}"), "failed"},
        {OUTBOUND(",'call_result':'answered'}}"), ""},
        {"'status':'failed'," PHONE("inbound", "'+15550100001'"), "failed"},
        {OUTBOUND("},'error':{'code':1008,'reason':'x'}}"), "failed"},
        /* one that failed after a while was a call */
        {"'status':'failed','transcript':[{'role':'user','message':'Hello?'}]", ""},
        {OUTBOUND("},'termination_reason':'voicemail_detection tool was called.'}"), "voicemail"},
        {OUTBOUND("},'features_usage':{'voicemail_detection':{'enabled':true,'used':true}}}"), "voicemail"},
        {OUTBOUND("},'features_usage':{'voicemail_detection':{'enabled':true,'used':false}}}"), ""},
        {OUTBOUND("}},'transcript':[{'role':'agent','message':null,'tool_results':[{'tool_name':"
                  "'voicemail_detection','is_error':false,'type':'system'}]}]"),
         "voicemail"},
        {OUTBOUND("}},'transcript':[{'role':'agent','message':'Hello?'}]"), "no answer"},
        {OUTBOUND("}},'transcript':[{'role':'user','message':'Please leave a message after the tone.'}]"),
         "answered by a machine"},
        {OUTBOUND("}},'transcript':[{'role':'user','message':'Bitte hinterlassen Sie eine Nachricht.'}]"),
         "answered by a machine"},
        {OUTBOUND("}},'transcript':[{'role':'user','message':'Ha llamado al buz\xc3\x93n de voz de Luis.'}]"),
         "answered by a machine"},
        {OUTBOUND("}},'transcript':[{'role':'user','message':'State your name and reason for calling.'},"
                  "{'role':'agent','message':'Mia.'},{'role':'user','message':'Stay on the line.'}]"),
         "answered by a machine"},
        {OUTBOUND("}},'transcript':[{'role':'user','message':'Stay on the line, I get my wife.'}]"), ""},
        /* who calls us says what they like */
        {"'transcript':[{'role':'user','message':'Shall I leave a message?'}]," PHONE("inbound",
                                                                                      "'+15550100001'"),
         ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct event e = call_with(rows[i].members);
        if (strcmp(e.failure, rows[i].why) != 0 || e.attempt != (*rows[i].why != '\0'))
            fail_msg("%s: \"%s\"", rows[i].members, e.failure);
        event_free(&e);
    }
    struct event e =
        call_with(OUTBOUND("}},'transcript':[{'role':'user','message':'Say your name and why you\\u0027re "
                           "calling. I use call screening.'},{'role':'agent','message':'Mia.'},"
                           "{'role':'user','message':'Yes, Luis here?'}]"));
    assert_false(e.attempt); /* a person came after the machine */
    assert_int_equal(e.transcript.turn_count, 2);
    assert_string_equal(e.transcript.turns[1].text, "Yes, Luis here?");
    event_free(&e);
}

static void what_the_carrier_heard(void **state)
{
    (void)state;
    static const struct {
        const char *members;
        bool machine;
    } rows[] = {
        {"'answered_by':'machine_start'", true},
        {"'result':{'verdict':'machine_end_beep'}", true},
        {"'provider':[{'AnsweredBy':'fax'}]", true},
        {"'answered_by':'human'", false},
        {"'answered_by':'unknown'", false},
        {"'answered_by':null", false},
        {"'agent_name':'The machine shop'", false},
        {"'a':{'b':{'c':{'d':{'e':{'f':'machine_start'}}}}}", false}, /* not looked for any deeper */
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct buf b = BUF_INIT;
        buf_printf(&b,
                   "{'type':'answering_machine_detection','data':{'conversation_id':'c','agent_id':'a',%s}}",
                   rows[i].members);
        struct event e = parsed(buf_text(&b));
        assert_int_equal(e.type, EVENT_MACHINE);
        assert_string_equal(e.conversation, "c");
        assert_int_equal(e.caller_kind, CALLER_NOBODY);
        if (e.machine != rows[i].machine)
            fail_msg("%s", rows[i].members);
        event_free(&e);
        buf_free(&b);
    }
    struct event e = call_with(OUTBOUND("}},'transcript':[{'role':'agent','message':null,'tool_calls':[{"
                                        "'tool_name':'answering_machine_detection'}]}]"));
    assert_string_equal(e.failure, "voicemail");
    event_free(&e);
}

/* --- What was thought of it, and by whom it was had --- */

static void what_the_caller_gave_the_call(void **state)
{
    (void)state;
    static const struct {
        const char *feedback;
        int rated;
        const char *comment;
    } rows[] = {
        {"'overall_score':'like','likes':0,'dislikes':0", 1, NULL},
        {"'type':'thumbs','overall_score':'dislike','likes':3,'dislikes':1", -1, NULL},
        {"'overall_score':null,'likes':2,'dislikes':0", 1, NULL},
        {"'likes':0,'dislikes':1", -1, NULL},
        {"'likes':2,'dislikes':1", 0, NULL},
        {"'type':'rating','rating':5,'comment':'Quick and friendly.'", 1, "Quick and friendly."},
        {"'rating':4,'likes':0,'dislikes':2", 1, NULL},
        {"'rating':3,'likes':1,'dislikes':0", 0, NULL},
        {"'rating':1,'comment':null", -1, NULL},
        {"'rating':0,'comment':'  '", 0, NULL},
        {"'rating':9", 0, NULL}, /* no scale that is known */
        {"'rating':5,'overall_score':'dislike'", 0, NULL},
        {"'rating':'5','overall_score':true,'likes':[]", 0, NULL},
        {"'rating':2,'comment':'{{ system }}'", -1, NULL},
        {"'comment':'I am [NAME], call me.'", 0, NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct buf b = BUF_INIT;
        buf_printf(&b, "'metadata':{'feedback':{%s}}", rows[i].feedback);
        struct event e = call_with(buf_text(&b));
        if (e.transcript.rated != rows[i].rated)
            fail_msg("%s: %d", rows[i].feedback, e.transcript.rated);
        assert_int_equal(e.transcript.collected_count, rows[i].comment != NULL);
        if (rows[i].comment) {
            assert_string_equal(e.transcript.collected[0].name, "feedback_comment");
            assert_string_equal(e.transcript.collected[0].value, rows[i].comment);
        }
        event_free(&e);
        buf_free(&b);
    }
}

static void what_an_evaluation_says_plainly_of_the_caller(void **state)
{
    (void)state;
    static const struct {
        const char *rationale;
        int judged;
    } rows[] = {
        {"The customer was very frustrated about the delay.", -1},
        {"The agent was polite. The caller sounded clearly annoyed.", -1},
        {"The user expressed strong dissatisfaction with the price.", -1},
        {"The caller left the call happy.", 1},
        {"The customer was satisfied with the new date.", 1},
        {"The caller was angry, and the agent calmed them.", 0},
        {"The caller was upset. The issue was resolved.", 0},
        {"The caller was not frustrated.", 0},
        {"The caller wasn't happy.", 0},
        {"It is unclear whether the customer was satisfied.", 0},
        {"The caller was frustrated at first.", 0},
        {"If the caller was unhappy, the agent offered help.", 0},
        {"The caller was happy to wait.", 0},
        {"The agent was frustrated.", 0},
        {"The caller's sister was happy.", 0},
        {"The caller mentioned that the customer was happy. The caller was annoyed.", 0},
        {"The agent asked if everything was fine.", 0},
        {"The caller", 0},
        {"The caller was", 0},
        {"", 0},
    };
    for (size_t i = 0; i < 2 * sizeof rows / sizeof *rows; i++) {
        struct buf b = BUF_INIT;
        const char *text = rows[i / 2].rationale;
        buf_puts(&b, i % 2 ? "{\"type\":\"post_call_transcription\",\"data\":{\"conversation_id\":\"c\","
                             "\"analysis\":{\"evaluation_criteria_results\":{\"a\":{\"result\":\"failure\","
                             "\"rationale\":"
                           : "{\"type\":\"post_call_transcription\",\"data\":{\"conversation_id\":\"c\","
                             "\"analysis\":{\"scoped\":[{\"evaluation_criteria_results_list\":[{"
                             "\"result\":\"success\",\"rationale\":");
        buf_json(&b, text, strlen(text));
        buf_puts(&b, i % 2 ? "}}}}}" : "}]}]}}}");
        struct event e;
        struct error error = {0};
        if (event_parse(b.data, b.len, &e, &error) != 0)
            fail_msg("%s: %s", error.message, b.data);
        if (e.transcript.judged != rows[i / 2].judged)
            fail_msg("%s: %d", text, e.transcript.judged);
        event_free(&e);
        buf_free(&b);
    }
    struct event e =
        call_with("'analysis':{'evaluation_criteria_results':{'a':{'result':'unknown','rationale':"
                  "'The caller was happy.'}}}");
    assert_int_equal(e.transcript.judged, 0);
    event_free(&e);
}

#define SPOKE(agent, branch)                                                                                 \
    "'role':'agent','message':'Hi','agent_metadata':{'agent_id':'" agent "'," branch "}"

static void which_agents_had_the_call(void **state)
{
    (void)state;
    static const struct {
        const char *members, *agents;
    } rows[] = {
        {"'agent_id':'desk'", NULL},
        {"'agent_id':'desk','branch_id':null,'visited_agents':[{'agent_id':'desk'}]", NULL},
        {"'agent_id':'desk','transcript':[{" SPOKE("desk", "'branch_id':null") "}]", NULL},
        {"'agent_id':'desk','branch_id':'b1','agent_name':'Front desk'",
         "[{'id':'desk','branch':'b1','name':'Front desk'}]"},
        {"'agent_id':'desk','transcript':[{" SPOKE(
             "desk",
             "'branch_id':'b1'") "},{'role':'user','message':'Hm'},"
                                 "{'role':'agent','message':null,'tool_results':[{'tool_name':'transfer_to_"
                                 "agent','is_error':false,"
                                 "'result':{'result_type':'transfer_to_agent_success','status':'success','"
                                 "from_agent':'desk','to_agent':"
                                 "'workshop','condition':'Asks for\\na "
                                 "repair','branch_info':{'branch_id':'b2','branch_reason':"
                                 "'configured'}}}]},{" SPOKE("workshop", "'branch_id':'b2'") "},{" SPOKE(
                                     "desk", "'branch_id':'b1'") "}]",
         "[{'id':'desk','branch':'b1','turn':0},{'id':'workshop','branch':'b2','turn':3,'why':'Asks for a "
         "repair'},{'id':'desk','branch':'b1','turn':4}]"},
        /* one that failed passed nothing on */
        {"'agent_id':'desk','transcript':[{" SPOKE(
             "desk", "'branch_id':null") ",'tool_results':[{'tool_name':"
                                         "'transfer_to_agent','is_error':true,'result':{'from_agent':'desk','"
                                         "to_agent':'x'}},{'tool_name':"
                                         "'transfer_to_agent','result':{'status':'error','from_agent':'desk',"
                                         "'error':'y'}}]}]",
         NULL},
        /* the turns were left out */
        {"'agent_id':'desk','visited_agents':[{'agent_id':'desk','branch_id':'b1'},{'agent_id':'workshop'}]",
         "[{'id':'desk','branch':'b1'},{'id':'workshop'}]"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct event e = call_with(rows[i].members);
        char *wanted = rows[i].agents ? quoted(rows[i].agents) : NULL;
        if (!e.agents != !wanted || (wanted && strcmp(e.agents, wanted) != 0))
            fail_msg("%s: %s", rows[i].members, e.agents ? e.agents : "nothing");
        free(wanted);
        event_free(&e);
    }
}

/* --- What was said --- */

static void only_words_that_were_spoken_count(void **state)
{
    (void)state;
    struct event e = call_with(
        "'transcript':[{'role':'agent','message':null,'multivoice_message':{'parts':[{'text':'Welcome.'},"
        "{'text':'','voice_label':'x'},{'text':'Rye or wheat?','voice_label':'Greta'},7]}},"
        "{'role':'user','message':'The page is "
        "open.','contextual_update_info':{'context_id':'p','is_superseded'"
        ":true}},"
        "{'role':'user','message':'...','platform_event':'user_turn_timeout'},"
        "{'role':'agent','message':'It will','original_message':'It will arrive on Friday.'},"
        "{'role':'agent','message':'said','multivoice_message':{'parts':[{'text':'not twice'}]}}]");
    assert_int_equal(e.transcript.turn_count, 3);
    assert_string_equal(e.transcript.turns[0].text, "Welcome. Rye or wheat?");
    assert_string_equal(e.transcript.turns[1].text, "It will");
    assert_int_equal(e.transcript.turns[1].position, 3);
    assert_string_equal(e.transcript.turns[2].text, "said");
    event_free(&e);
}

static void numbers_in_answers_of_tools_are_kept(void **state)
{
    (void)state;
    struct event e = call_with(
        "'transcript':[{'role':'agent','message':null,'tool_results':["
        "{'tool_name':'book','type':'webhook','result_value':'{\\'booking_id\\':\\'TBL-8812\\',\\'table\\':"
        "\\'terrace 1\\',\\'order\\':{\\'orderNumber\\':4471,\\'request_id\\':\\'r-1234\\'},"
        "\\'offers\\':[{\\'id\\':\\'A-111\\'},{\\'id\\':\\'A-112\\'}],\\'code\\':\\'no digit\\'}'},"
        "{'tool_name':'broken','is_error':true,'result_value':'{\\'ticket\\':\\'T-1234\\'}'},"
        "{'tool_name':'search','result_value':'{\\'memories\\':[],\\'ticket\\':\\'T-1234\\'}'},"
        "{'tool_name':'transfer','type':'system','result_value':'{\\'ticket\\':\\'T-1234\\'}'},"
        "{'tool_name':'text','result_value':'done'},{'result_value':7},null]}]");
    assert_int_equal(e.transcript.turn_count, 0);
    assert_int_equal(e.transcript.result_count, 2);
    assert_string_equal(e.transcript.results[0].name, "book: booking_id");
    assert_string_equal(e.transcript.results[0].value, "TBL-8812");
    assert_string_equal(e.transcript.results[1].name, "book: orderNumber");
    assert_string_equal(e.transcript.results[1].value, "4471");
    event_free(&e);
}

static void a_summary_that_was_not_made_is_none(void **state)
{
    (void)state;
    struct event e =
        call_with("'analysis':{'transcript_summary':'Summary couldn\\u0027t be generated for this call.'}");
    assert_string_equal(e.transcript.summary, "");
    assert_false(e.analysed);
    event_free(&e);
    e = call_with("'analysis':{'transcript_summary':'Ana asked.'},'metadata':{'timezone':'Europe/Berlin'}");
    assert_true(e.analysed);
    assert_string_equal(e.timezone, "Europe/Berlin");
    event_free(&e);
}

static void turns_without_words_or_of_nobody_are_left_out(void **state)
{
    (void)state;
    struct event e = call_with("'transcript':[{'role':'user','message':' \\t\\r\\n'},{'role':'user'},"
                               "{'role':'user','message':17},{'role':'user','message':['x']},"
                               "{'role':'system','message':'x'},{'role':null,'message':'x'},{'message':'x'},"
                               "'text',null,7,[],{'role':'User','message':'x'},"
                               "{'role':'user','message':'said','time_in_call_secs':'soon'},"
                               "{'role':'agent','message':'answered','time_in_call_secs':2.9}]");
    assert_int_equal(e.transcript.turn_count, 2);
    assert_string_equal(e.transcript.turns[0].text, "said");
    assert_int_equal(e.transcript.turns[0].position,
                     12); /* positions are those of the transcript as it came */
    assert_int_equal(e.transcript.turns[0].second, 0);
    assert_string_equal(e.transcript.turns[1].text, "answered");
    assert_int_equal(e.transcript.turns[1].second, 2);
    event_free(&e);
    static const char *const none[] = {"'transcript':[]", "'transcript':{}", "'transcript':'text'",
                                       "'transcript':7"};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        e = call_with(none[i]);
        assert_int_equal(e.transcript.turn_count, 0);
        event_free(&e);
    }
}

static void text_keeps_what_is_in_it(void **state)
{
    (void)state;
    struct event e = call_with("'transcript':[{'role':'user','message':'a\\u0000b \\ud83d\\ude00 \\ud83d!'}],"
                               "'analysis':{'transcript_summary':'caf\xc3\xa9 \\\"so\\\"\\n'}");
    assert_string_equal(e.transcript.turns[0].text, "a\xef\xbf\xbd"
                                                    "b \xf0\x9f\x98\x80 \xef\xbf\xbd!");
    assert_string_equal(e.transcript.summary, "caf\xc3\xa9 \"so\"\n");
    event_free(&e);
}

/* --- What was collected --- */

static void collected_values_are_text(void **state)
{
    (void)state;
    struct event e = call_with(
        "'analysis':{'data_collection_results':{"
        "'text':{'value':'HB-20417'},'number':{'value':12.5},'whole':{'value':3},'yes':{'value':true},"
        "'no':{'value':false},'list':{'value':['a',1]},'object':{'value':{'a':null}},"
        "'nothing':{'value':null},'absent':{'rationale':'was not "
        "said'},'empty':{'value':''},'blank':{'value':' \\n'},"
        "'odd':7,'':{'value':'no name'},'label':{'value':'x','json_schema':{'description':'What it is'}},"
        "'label2':{'value':'x','json_schema':{'description':7}},'label3':{'value':'x','json_schema':[]}}}");
    static const char *const want[][3] = {
        {"text", "HB-20417", ""},
        {"number", "12.5", ""},
        {"whole", "3", ""},
        {"yes", "true", ""},
        {"no", "false", ""},
        {"list", "[\"a\",1]", ""},
        {"object", "{\"a\":null}", ""},
        {"label", "x", "What it is"},
        {"label2", "x", ""},
        {"label3", "x", ""},
    };
    assert_int_equal(e.transcript.collected_count, sizeof want / sizeof *want);
    for (size_t i = 0; i < e.transcript.collected_count; i++) {
        assert_string_equal(e.transcript.collected[i].name, want[i][0]);
        assert_string_equal(e.transcript.collected[i].value, want[i][1]);
        assert_string_equal(e.transcript.collected[i].label, want[i][2]);
    }
    event_free(&e);
}

static void the_list_form_of_collected_data(void **state)
{
    (void)state;
    struct event e =
        call_with("'analysis':{'data_collection_results_list':[{'data_collection_id':'a','value':'1'},"
                  "{'data_collection_id':'b','value':null},{'value':'x'},7,null,"
                  "{'data_collection_id':'c','value':'3','json_schema':{'description':'Third'}}]}");
    assert_int_equal(e.transcript.collected_count, 2);
    assert_string_equal(e.transcript.collected[0].name, "a");
    assert_string_equal(e.transcript.collected[1].name, "c");
    assert_string_equal(e.transcript.collected[1].label, "Third");
    event_free(&e);
}

static void what_is_in_both_forms_counts_once(void **state)
{
    (void)state;
    struct event e = call_with("'analysis':{'data_collection_results':{'a':{'value':'1'},'b':{'value':null}},"
                               "'data_collection_results_list':[{'data_collection_id':'a','value':'1'},"
                               "{'data_collection_id':'b','value':'2'}]}");
    assert_int_equal(e.transcript.collected_count, 2);
    assert_string_equal(e.transcript.collected[0].value, "1");
    assert_string_equal(e.transcript.collected[1].name, "b");
    assert_string_equal(e.transcript.collected[1].value, "2");
    event_free(&e);
    e = call_with("'analysis':{'data_collection_results':{'a':{'value':'first'},'a':{'value':'second'}}}");
    assert_int_equal(e.transcript.collected_count, 1); /* a key that is there twice */
    event_free(&e);
}

static void values_of_agents_that_took_over_and_names_of_opaque_ids(void **state)
{
    (void)state;
    struct event e = call_with(
        "'analysis':{'data_collection_results_list':[{'data_collection_id':'dci_8f3k2','name':'Customer "
        "name',"
        "'value':'Olga Petrova'},{'data_collection_id':'dci_1','name':'callmem_mood','value':'positive'}],"
        "'scoped':[{'scope':'agent','source_agent_id':'b','data_collection_results':{'insurance_number':"
        "{'data_collection_id':'insurance_number','value':'KV-77120'},'Customer name':{'value':'other'}}},"
        "{'data_collection_results':null},7]}");
    assert_int_equal(e.transcript.collected_count, 3);
    assert_string_equal(e.transcript.collected[0].name, "Customer name");
    assert_string_equal(e.transcript.collected[0].value, "Olga Petrova");
    assert_string_equal(e.transcript.collected[1].name, "callmem_mood");
    assert_true(e.transcript.asked);
    assert_string_equal(e.transcript.collected[2].value, "KV-77120");
    event_free(&e);
}

static void what_was_redacted_is_no_value(void **state)
{
    (void)state;
    struct event e = call_with("'analysis':{'data_collection_results':{'caller_name':{'value':'[NAME]'},"
                               "'mail':{'value':'[EMAIL_ADDRESS]'},'note':{'value':'[sic] it is'}}}");
    assert_int_equal(e.transcript.collected_count, 1);
    assert_string_equal(e.transcript.collected[0].name, "note");
    event_free(&e);
    e = parsed("{'type':'post_call_transcription_unredacted','data':{'conversation_id':'c'}}");
    assert_int_equal(e.type, EVENT_TRANSCRIPTION);
    assert_true(e.unredacted);
    event_free(&e);
}

/* However many values there are, a thousand are kept, callmem's own among them. */
static void of_too_many_values_a_thousand_are_kept(void **state)
{
    (void)state;
    struct buf b = BUF_INIT;
    buf_puts(&b, "'analysis':{'data_collection_results':{");
    for (int i = 0; i < 30000; i++)
        buf_printf(&b, "'item_%d':{'value':'v%d'},", i, i);
    buf_puts(&b, "'callmem_mood':{'value':'positive'}}}");
    struct event e = call_with(buf_text(&b));
    assert_int_equal(e.transcript.collected_count, 1000);
    assert_string_equal(e.transcript.collected[0].name, "callmem_mood");
    assert_string_equal(e.transcript.collected[1].name, "item_0");
    event_free(&e);
    buf_free(&b);
}

static void analysis_of_other_types_is_no_analysis(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "'analysis':'text'",
        "'analysis':[]",
        ("'analysis':{'transcript_summary':7,'data_collection_results':[1],"
         "'data_collection_results_list':{'a':1},'call_successful':true}"),
        "'analysis':{'transcript_summary':null,'data_collection_results':null}",
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct event e = call_with(rows[i]);
        assert_string_equal(e.transcript.summary, "");
        assert_string_equal(e.outcome, "");
        assert_int_equal(e.transcript.collected_count, 0);
        event_free(&e);
    }
}

/* --- Metadata --- */

static void languages_are_two_letters_where_they_can_be(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"'en'", "en"},   {"'EN'", "en"},    {"'pt-br'", "pt"},   {"'pt_BR'", "pt"}, {"'zh-Hant-TW'", "zh"},
        {"'fil'", "fil"}, {"'english'", ""}, {"'e'", ""},         {"''", ""},        {"null", ""},
        {"7", ""},        {"'12'", ""},      {"'\xc3\xa9n'", ""}, {"' en'", ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char members[100];
        snprintf(members, sizeof members, "'metadata':{'main_language':%s}", rows[i][0]);
        struct event e = call_with(members);
        if (strcmp(e.transcript.language, rows[i][1]) != 0)
            fail_msg("%s: \"%s\"", rows[i][0], e.transcript.language);
        event_free(&e);
    }
}

/* When a call began is taken from where it stands; what no call can have begun at is not taken. */
static void when_a_call_began(void **state)
{
    (void)state;
    static const struct {
        const char *members;
        int64_t began;
    } rows[] = {
        {"'metadata':{'start_time_unix_secs':1772445942}", 1772445942},
        {"'metadata':{'start_time_unix_secs':1772445942.9}", 1772445942},
        {"'metadata':{'start_time_unix_secs':'1772445942'}", 1772446021},
        {"'metadata':{'start_time_unix_secs':0}", 1772446021},
        {"'metadata':{'start_time_unix_secs':-5}", 1772446021},
        {"'metadata':{'start_time_unix_secs':null}", 1772446021},
        {"'metadata':{'start_time_unix_secs':9223372036854775807}", 1772446021},
        {"'metadata':{'start_time_unix_secs':1e300}", 1772446021},
        {"'metadata':{'start_time_unix_secs':-1e300}", 1772446021},
        {"'metadata':{}", 1772446021},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct event e = call_with(rows[i].members);
        if (e.transcript.started_at != rows[i].began)
            fail_msg("%s: %lld", rows[i].members, (long long)e.transcript.started_at);
        event_free(&e);
    }
    int64_t before = clock_now();
    struct event e =
        parsed("{'type':'post_call_transcription','event_timestamp':1e300,'data':{'conversation_id':'c'}}");
    assert_true(e.transcript.started_at >= before && e.transcript.started_at <= clock_now());
    event_free(&e);
}

static void the_rest_of_the_metadata(void **state)
{
    (void)state;
    struct event e = call_with("'metadata':{'call_duration_secs':'long','deletion_settings':"
                               "{'delete_transcript_and_pii':true}}");
    assert_int_equal(e.duration, -1);
    assert_true(e.delete_pii);
    event_free(&e);
    static const char *const keeps[] = {
        "'metadata':{'deletion_settings':{'delete_transcript_and_pii':false,'delete_audio':true}}",
        "'metadata':{'deletion_settings':{'delete_transcript_and_pii':'true'}}",
        "'metadata':{'deletion_settings':null}",
    };
    for (size_t i = 0; i < sizeof keeps / sizeof *keeps; i++) {
        e = call_with(keeps[i]);
        assert_false(e.delete_pii);
        event_free(&e);
    }
}

/* --- Too much of everything --- */

static void huge_events_are_read(void **state)
{
    (void)state;
    struct buf b = BUF_INIT;
    buf_puts(&b, "'transcript':[");
    for (int i = 0; i < 20000; i++)
        buf_printf(&b, "%s{'role':'%s','message':'turn %d'}", i ? "," : "", i % 2 ? "user" : "agent", i);
    buf_puts(&b, "],'analysis':{'transcript_summary':'");
    for (int i = 0; i < 100000; i++)
        buf_puts(&b, "long ");
    buf_puts(&b, "','data_collection_results':{");
    for (int i = 0; i < 1000; i++)
        buf_printf(&b, "%s'n%d':{'value':%d}", i ? "," : "", i, i);
    buf_puts(&b, "}}");
    struct event e = call_with(buf_text(&b));
    assert_int_equal(e.transcript.turn_count, 20000);
    assert_string_equal(e.transcript.turns[19999].text, "turn 19999");
    assert_int_equal(e.transcript.collected_count, 1000);
    assert_int_equal(strlen(e.transcript.summary), 500000);
    event_free(&e);
    buf_free(&b);
}

static void too_deep_events_are_refused(void **state)
{
    (void)state;
    struct buf b = BUF_INIT;
    buf_puts(&b, "{'type':'post_call_transcription','data':{'conversation_id':'c','x':");
    for (int i = 0; i < 100000; i++)
        buf_putc(&b, '[');
    for (int i = 0; i < 100000; i++)
        buf_putc(&b, ']');
    buf_puts(&b, "}}");
    refused(buf_text(&b), ERROR_INVALID_JSON, "");
    buf_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_whole_transcription),
        cmocka_unit_test(an_event_with_nothing_but_its_ids),
        cmocka_unit_test(nothing_is_null_where_text_is_promised),
        cmocka_unit_test(audio_needs_its_ids_only),
        cmocka_unit_test(a_type_that_is_not_about_a_call_has_only_its_name),
        cmocka_unit_test(types_by_name),
        cmocka_unit_test(what_is_no_event_is_refused_with_the_field),
        cmocka_unit_test(ids_have_their_bounds),
        cmocka_unit_test(the_caller_is_the_first_that_is_found),
        cmocka_unit_test(a_session_is_no_number),
        cmocka_unit_test(messages_name_the_person),
        cmocka_unit_test(on_an_outbound_call_the_caller_is_who_was_called),
        cmocka_unit_test(behind_a_withheld_number_nobody_is_looked_for),
        cmocka_unit_test(numbers_where_text_is_expected_are_no_caller),
        cmocka_unit_test(of_a_failed_call_the_caller_is_the_other_side),
        cmocka_unit_test(where_nobody_was_reached_there_is_an_attempt),
        cmocka_unit_test(what_the_carrier_heard),
        cmocka_unit_test(what_the_caller_gave_the_call),
        cmocka_unit_test(what_an_evaluation_says_plainly_of_the_caller),
        cmocka_unit_test(which_agents_had_the_call),
        cmocka_unit_test(only_words_that_were_spoken_count),
        cmocka_unit_test(numbers_in_answers_of_tools_are_kept),
        cmocka_unit_test(a_summary_that_was_not_made_is_none),
        cmocka_unit_test(turns_without_words_or_of_nobody_are_left_out),
        cmocka_unit_test(text_keeps_what_is_in_it),
        cmocka_unit_test(collected_values_are_text),
        cmocka_unit_test(the_list_form_of_collected_data),
        cmocka_unit_test(what_is_in_both_forms_counts_once),
        cmocka_unit_test(values_of_agents_that_took_over_and_names_of_opaque_ids),
        cmocka_unit_test(what_was_redacted_is_no_value),
        cmocka_unit_test(of_too_many_values_a_thousand_are_kept),
        cmocka_unit_test(analysis_of_other_types_is_no_analysis),
        cmocka_unit_test(languages_are_two_letters_where_they_can_be),
        cmocka_unit_test(when_a_call_began),
        cmocka_unit_test(the_rest_of_the_metadata),
        cmocka_unit_test(huge_events_are_read),
        cmocka_unit_test(too_deep_events_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
