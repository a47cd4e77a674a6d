/*
 * Who speaks: names as they are said, asked for, spelled, corrected and denied, in many languages; and what
 * is no name of anybody. "A:" is the agent, "U:" the caller.
 */
#include "tests/unit/understood.h"

#include <stdio.h>

struct name_case {
    const char *language, *talk, *name;
};

static const struct name_case name_cases[] = {
    /* Who speaks for several and never for one says a company's name. */
    {"en", "A: Hello. / U: Tidewell Laundry calling, our machine is down again.", ""},
    {"en", "A: Who is calling? / U: Penhallow Joinery. We ordered the oak boards.", ""},
    {"en", "A: Hello. / U: Brightmoor Orchards here, we need to move our delivery.", ""},
    {"de", "A: Hallo? / U: Lindenhof Gärtnerei hier, wir brauchen mehr Erde.", ""},
    {"en", "A: Hello. / U: Hi, Zorblad Quint here, I ordered a lamp.", "Zorblad Quint"},
    {"en", "A: Hello. / U: My name is Zorblad Quint, we're calling about our boiler.", "Zorblad Quint"},
    {"en", "A: Hello. / U: Ruth Peverell here, we have a table for Friday.", "Ruth Peverell"},
    {"en", "A: Who is calling? / U: Mr. Quint. We ordered the oak boards.", "Mr. Quint"},
    {"en", "A: Hello? / U: Hi, it's Ana. Ana Kowalska.", "Ana Kowalska"},
    {"en", "A: Good morning. / U: Good morning, Ana Kowalska speaking.", "Ana Kowalska"},
    {"en", "A: Hello / U: You're speaking with Deshawn Brooks, I need a refund.", "Deshawn Brooks"},
    {"en", "A: Name? / U: The name's Okonkwo. Chidi Okonkwo.", "Chidi Okonkwo"},
    {"en", "A: Hello / U: My name's Siobhan, spelled S I O B H A N.", "Siobhan"},
    {"en", "A: Hi, is this Mr. Okafor? / U: Speaking.", "Mr. Okafor"},
    {"en", "A: Am I speaking with Fatima? / U: Yes, that's right.", "Fatima"},
    {"en", "A: Am I speaking with Fatima? / U: No, she's my sister.", ""},
    {"en", "A: Am I speaking with Fatima? / U: No, this is Leila.", "Leila"},
    {"en", "A: Could I get your name please? / U: Sure, it's Bogdan.", "Bogdan"},
    {"en", "A: Could I get your name please? / U: Yeah, Wei Zhang.", "Wei Zhang"},
    {"en", "A: May I have your name? / U: I'd rather not say.", ""},
    {"en", "A: May I have your name? / U: Why do you need that?", ""},
    {"en", "A: Who's calling please? / U: It's his wife, Marta.", "Marta"},
    {"en", "A: Who's calling please? / U: My name is N-O-O-R.", "Noor"},
    {"en", "A: How do you spell your name? / U: M A R C U S", "Marcus"},
    {"en", "A: Who am I speaking to? / U: Jon. / A: Thanks, John. / U: No, Jon, without an h.", "Jon"},
    {"en", "A: Your name? / U: Erik with a K.", "Erik"},
    {"en", "A: Your name? / U: Eric, with a K.", "Erik"},
    {"en", "A: Your name? / U: Sarah. / A: Sarah, right? / U: Yes, Sarah with an h.", "Sarah"},
    {"en", "A: Your name? / U: Sarah. / A: Sarah, right? / U: No, Sara without an h.", "Sara"},
    {"en", "A: Hello Jon. / U: It's not Jon, it's John.", "John"},
    {"en", "A: Is that John? / U: Not John, Jean.", "Jean"},
    {"en", "A: Hi. / U: The lad at the door said, I'm Kevin from the council.", ""},
    {"en", "A: Hi. / U: My mother always said \"call me Peg\".", ""},
    {"en", "A: Hi. / U: My aunt said I should ring you, I'm Ruth Peverell.", "Ruth Peverell"},
    {"en", "A: Hi. / U: It's Thelma Ogden, my neighbour said you're good with cats.", "Thelma Ogden"},
    {"de", "A: Hallo. / U: Meine Nachbarin hat gesagt: „Ich bin die Gerda.“", ""},
    {"de", "A: Hallo. / U: Ich bin Gerda Brandt, meine Nachbarin hat Sie empfohlen.", "Gerda Brandt"},
    {"es", "A: Hola. / U: Mi vecina me dijo: \"Me llamo Carmen\".", ""},
    {"es", "A: Hola. / U: Me llamo Carmen, mi vecina me dio el número.", "Carmen"},
    {"en", "A: Hi. / U: I'm fine, thanks, just calling about my bill.", ""},
    {"en", "A: Hi. / U: I'm a nurse and I work nights.", ""},
    {"en", "A: Hi. / U: Hi Sam, I have a question.", ""},
    {"en", "A: Hi, this is Sam from Acme. How can I help? / U: Hi Sam, this is Ruth.", "Ruth"},
    {"en", "A: Hi, Sam here, from Acme. / U: Thanks Sam. I'm here about the job.", ""},
    {"en", "A: Hi / U: I'm back again.", ""},
    {"en", "A: Hi / U: I'm on hold for an hour!", ""},
    {"en", "A: Hi / U: I'm not sure what happened.", ""},
    {"en", "A: Hi / U: I'm sorry, wrong number.", ""},
    {"en", "A: Hi / U: I'm from London and I'm in Paris now.", ""},
    {"en", "A: Hi / U: I'm Polish.", ""},
    {"en", "A: Hi / U: it's monday again", ""},
    {"en", "A: Hi / U: i'm calling about a delivery", ""},
    {"en", "A: Hi / U: hello this is meera nair i lost my card", "Meera Nair"},
    {"en", "A: Hi / U: my name is tomasz and i want to cancel", "Tomasz"},
    {"en", "A: Hi / U: yeah hi its dave from the garage", "Dave"},
    {"en", "A: Hi / U: i'm vegetarian", ""},
    {"en", "A: Hi / U: i'm at work right now", ""},
    {"en", "A: Hi / U: this is ridiculous", ""},
    {"en", "A: Hi / U: This is urgent, my boiler is leaking.", ""},
    {"en", "A: Hi / U: This is Harbour Bikes, we ordered parts.", ""},
    {"en", "A: Hi / U: I'm calling from Acme Plumbing.", ""},
    {"en", "A: Hi / U: My daughter's name is Zosia, she's seven.", ""},
    {"en", "A: Hi / U: My dog Rex is sick.", ""},
    {"en", "A: Hi / U: Can I speak to Anna?", ""},
    {"en", "A: Hi / U: Is Peter there?", ""},
    {"en", "A: Hi / U: It's for my mother, her name is Helen.", ""},
    {"en", "A: Hi / U: I'm Helen's son.", ""},
    {"en", "A: Hi / U: I'm Helen's son, Michael.", "Michael"},
    {"en", "A: And you are? / U: I'm her neighbour, Agnes Doyle.", "Agnes Doyle"},
    {"en", "A: What's your first name? / U: Ines. / A: And your last name? / U: Carvalho.", "Ines Carvalho"},
    {"en", "A: And your surname? / U: van der Berg.", "van der Berg"},
    {"en", "A: Name please. / U: Maria de la Cruz.", "Maria de la Cruz"},
    {"en", "A: Name please. / U: maria de la cruz", "Maria de la Cruz"},
    {"en", "A: Name please. / U: Dr. Amara Obi.", "Amara Obi"},
    {"en", "A: Name please. / U: Jean-Pierre Dubois", "Jean-Pierre Dubois"},
    {"en", "A: Name please. / U: grace o'neill", "Grace O'Neill"},
    {"en", "A: What's the name of your dog? / U: Bella.", ""},
    {"en", "A: And your husband's name? / U: Peter.", ""},
    {"en", "A: Hi / U: Everyone calls me Mo.", "Mo"},
    {"en", "A: Hi / U: I'm Rebecca Stone, but please call me Becky.", "Becky"},
    {"en", "A: Hi / U: Call me tomorrow.", ""},
    {"en", "A: Hi / U: Call me when it's ready.", ""},
    {"en", "A: Hi / U: Please call me on Monday.", ""},
    {"en", "A: Welcome to Harbour Bikes! / U: Hi. / A: Who am I speaking with? / U: Uh, it's, um, Thandiwe.",
     "Thandiwe"},
    {"en", "A: Who am I speaking with? / U: This is Mrs. Delgado.", "Mrs. Delgado"},
    {"en", "A: Who am I speaking with? / U: Will.", "Will"},
    {"en", "A: Who am I speaking with? / U: Mark Young", "Mark Young"},
    {"en", "A: Who am I speaking with? / U: The account holder.", ""},
    {"en", "A: Who am I speaking with? / U: Just a customer.", ""},
    {"en", "A: Who am I speaking with? / U: Hello? Can you hear me?", ""},
    {"en", "A: Can I have your full name? / U: Yes, of course, it's Oluwaseun Adeyemi.", "Oluwaseun Adeyemi"},
    {"en", "A: Thanks for calling. / U: Ana here, quick question.", "Ana"},
    {"en", "A: Hello. / U: Hi, Tom speaking.", "Tom"},
    {"en", "A: Hi there, who is this? / U: Guess who! Just kidding, it's Nina.", "Nina"},
    {"en", "A: What name is the booking under? / U: Kowalski.", "Kowalski"},
    {"en", "A: Is this Lena? / U: Lena's my flatmate. I'm Jo.", "Jo"},
    {"en", "A: Hello / U: MY NAME IS CARLOS MENDEZ", "Carlos Mendez"},
    {"en", "A: Hello / U: Hello, my name is Nguyễn Thị Lan.", "Nguyễn Thị Lan"},
    {"en", "A: Did you say Dan? / U: No, Stan, with an S.", "Stan"},
    {"en", "A: Could you spell that? / U: J as in Juliet, A as in Alpha, N as in November.", "Jan"},
    {"en",
     "A: Your name, please? / U: Jan. / A: Can you spell that? / U: J as in Juliet, A as in Alpha, N as in "
     "November.",
     "Jan"},
    {"en", "A: Hi / U: I am calling on behalf of Mr. Schmidt.", ""},
    {"en", "A: Hi / U: I'm Catholic and I'm getting married in June.", ""},
    {"en", "A: Hi / U: It's about my son Leo.", ""},
    {"en", "A: Hello, Leo! / U: Leo is my son. This is his dad, Martin.", "Martin"},
    {"en", "A: Hello / U: This is Sergeant Miller.", "Sergeant Miller"},
    {"en", "A: Hello / U: I'm So Happy With This", ""},
    {"en", "A: Hello / U: I'm really upset.", ""},
    {"en", "A: Email or text? / U: Text, please.", ""},
    {"en",
     "A: Shall I text you when it does? / U: Please email me instead, I never read texts at work. And could "
     "it come after six in the evening? I'm a nurse.",
     ""},
    {"en", "A: Hello! / U: It's Yuki, I called earlier.", "Yuki"},
    {"en", "A: Hello! / U: Hi, Kwame again.", "Kwame"},
    {"en", "A: Hello! / U: Hey, this is Alejandra from the flower shop.", "Alejandra"},
    {"en", "A: Hello! / U: Hello, I'm Beatrice, and I'd like to reschedule.", "Beatrice"},
    {"en", "A: Hello! / U: Beatrice here.", "Beatrice"},
    {"en", "A: Hello! / U: The name is Bond, James Bond.", "James Bond"},
    {"en", "A: Hello! / U: I go by Teddy.", "Teddy"},
    {"en", "A: Hello! / U: My friends call me Ziggy.", "Ziggy"},
    {"en", "A: Hello! / U: My name is Alexander but I go by Sasha.", "Sasha"},
    {"en", "A: Hello! / U: I'm Dr. Patel's assistant.", ""},
    {"en", "A: Hello! / U: I'm calling for Dr. Patel.", ""},
    {"en", "A: Hello! / U: I'm his wife.", ""},
    {"en", "A: Hello! / U: It's Thursday already and I've heard nothing.", ""},
    {"en", "A: Hello! / U: I'm Irish, so I get that a lot.", ""},
    {"en", "A: Hello! / U: I'm good, how are you?", ""},
    {"en", "A: Hello! / U: I'm Fine thanks.", ""},
    {"en", "A: Hello! / U: I'm calling from Boston.", ""},
    {"en", "A: Hello! / U: I'm in Berlin this week.", ""},
    {"en", "A: Hello! / U: I'm with Vodafone at the moment.", ""},
    {"en", "A: Hello! / U: This is about Vodafone.", ""},
    {"en", "A: Hello! / U: I'm looking for a gift for Maria.", ""},
    {"en", "A: Hello! / U: I have an appointment with Dr. Lee.", ""},
    {"en", "A: Hello! / U: I spoke to Kevin yesterday.", ""},
    {"en", "A: Hello! / U: Kevin told me to call back.", ""},
    {"en", "A: Hello! / U: My boss, Linda, asked me to call.", ""},
    {"en", "A: Hello! / U: My son's name is Oscar.", ""},
    {"en", "A: Hello! / U: My cat is called Simba.", ""},
    {"en", "A: Hello, you're through to Grace. / U: Hi Grace, can you help me?", ""},
    {"en", "A: Hi, my name is Alex, how may I help? / U: Hi Alex. My name is Alex too, funnily enough.",
     "Alex"},
    {"en",
     "A: Thanks for calling Acme, this is Dana. Who do I have the pleasure of speaking with? / U: Ravi "
     "Shankar.",
     "Ravi Shankar"},
    {"en", "A: What should I call you? / U: Liz is fine.", "Liz"},
    {"en", "A: What should I call you? / U: Whatever you like.", ""},
    {"en", "A: May I know who's calling? / U: Yes, this is Omar.", "Omar"},
    {"en", "A: May I know who's calling? / U: Sure. Omar.", "Omar"},
    {"en", "A: May I know who's calling? / U: It's me again.", ""},
    {"en", "A: May I know who's calling? / U: omar", "Omar"},
    {"en", "A: May I know who's calling? / U: omar hassan", "Omar Hassan"},
    {"en", "A: May I know who's calling? / U: Sorry?", ""},
    {"en", "A: May I know who's calling? / U: What? I can't hear you.", ""},
    {"en", "A: May I know who's calling? / U: Never mind, I'll call later.", ""},
    {"en", "A: May I know who's calling? / U: Nobody important.", ""},
    {"en", "A: May I know who's calling? / U: A friend of Lisa's.", ""},
    {"en", "A: May I have your name? / U: Sure, first name Carla, last name Mendes.", "Carla Mendes"},
    {"en", "A: May I have your name? / U: Mendes. Carla Mendes.", "Carla Mendes"},
    {"en", "A: May I have your name? / U: It's Stephen with a P-H.", "Stephen"},
    {"en", "A: May I have your name? / U: It's Katherine with a K.", "Katherine"},
    {"en", "A: May I have your name? / U: Catherine, with a K.", "Katherine"},
    {"en", "A: Is this Anita? / U: Yes it is.", "Anita"},
    {"en", "A: Is this Anita? / U: This is she.", "Anita"},
    {"en", "A: Is this Anita? / U: No, wrong number.", ""},
    {"en", "A: Is this Anita? / U: No, I'm Anika.", "Anika"},
    {"en", "A: Is this Anita? / U: Anika, actually.", "Anika"},
    {"en", "A: Thanks, Brian. / U: It's Ryan.", "Ryan"},
    {"en", "A: Your name? / U: Ryan. / A: Thanks, Brian. / U: Ryan, not Brian.", "Ryan"},
    {"en", "A: Your name? / U: Ryan. / A: Thank you, Brian, one moment. / U: My name is Ryan, R-Y-A-N.",
     "Ryan"},
    {"en", "A: Your name? / U: Mia Wong. / A: Thanks, Mia. / U: You're welcome.", "Mia Wong"},
    {"en", "A: Good morning, am I speaking to Mrs. Novak? / U: Yes, speaking.", "Mrs. Novak"},
    {"en", "A: Good morning, am I speaking to Mrs. Novak? / U: No, this is her daughter Petra.", "Petra"},
    {"en", "A: Good morning, am I speaking to Mrs. Novak? / U: She's not home. I'm her daughter.", ""},
    {"en", "A: Who is this? / U: It's Grandma.", ""},
    {"en", "A: Who is this? / U: this is tariq", "Tariq"},
    {"en", "A: Hi / U: this is about my order", ""},
    {"en", "A: Hi / U: this is my second call today", ""},
    {"en", "A: Hi / U: it's freezing in here", ""},
    {"en", "A: Hi / U: i'm jess and i need a plumber", "Jess"},
    {"en", "A: Hi / U: i'm locked out", ""},
    {"en", "A: Hi / U: my name is khalid al-rashid", "Khalid al-Rashid"},
    {"en", "A: Hi / U: My name is Khalid al-Rashid.", "Khalid al-Rashid"},
    {"en", "A: Hi / U: My name is Anne-Marie O'Connor-Smith.", "Anne-Marie O'Connor-Smith"},
    {"en", "A: Hi / U: My name is Björk.", "Björk"},
    {"en", "A: Hi / U: My name is José Luis García Márquez.", "José Luis García Márquez"},
    {"en", "A: Hi / U: My name is actually spelled K-A-I.", "Kai"},
    {"en", "A: Hi / U: yes hello my name is um fatima", "Fatima"},
    {"en", "A: Hi / U: Uh, hi. So, my name's Greta and, um, I have a question.", "Greta"},
    {"en", "A: Hi / U: You can reach me under the name Lindqvist.", ""},
    {"en", "A: Hi / U: The reservation is under Thompson.", ""},
    {"en", "A: Hi / U: I'm Team Lead at a bank.", ""},
    {"en", "A: Hi / U: I am Muslim, so no pork please.", ""},
    {"en", "A: Hi / U: I'm Vegan.", ""},
    {"en", "A: Hi / U: I'm Jewish and keep kosher.", ""},
    {"en", "A: Hi / U: I'm Mark's colleague.", ""},
    {"en", "A: Hi / U: It's Mark. Mark from accounting.", "Mark"},
    {"en", "A: Hi / U: May is my favourite month.", ""},
    {"en", "A: Hi / U: April speaking.", "April"},
    {"en", "A: And your name? / U: Joy.", "Joy"},
    {"en", "A: And your name? / U: Grace.", "Grace"},
    {"en", "A: And your name? / U: April.", "April"},
    {"en", "A: Your name please? / U: Chelsea Banks.", "Chelsea Banks"},
    {"en", "A: Hi / U: Hello, this is Ngozi Adichie, I'd like to speak to Tom.", "Ngozi Adichie"},
    {"en", "A: Hi / U: Can you tell Tom that Ngozi called?", ""},
    {"en", "A: Hi / U: Just leave it with my neighbour Tom.", ""},
    {"en",
     "A: Good afternoon, how may I direct your call? / U: Yes hello, Wanjiru Kamau calling about invoice "
     "4411.",
     "Wanjiru Kamau"},
    {"en", "A: Who's this? / U: Steve. Steve Park.", "Steve Park"},
    {"en", "A: Who's this? / U: It's Steve from downstairs.", "Steve"},
    {"en", "A: And who am I talking to? / U: You're talking to Imogen.", "Imogen"},
    {"en", "A: Hello? / U: Hi, is this the pharmacy?", ""},
    {"en", "A: Hello? / U: Is that Luigi's Pizza?", ""},
    {"en", "A: Hello? / U: Hi Luigi, one margherita please.", ""},
    {"en", "A: Hello, Luigi's Pizza. / U: Hi, it's Carmen, the usual please.", "Carmen"},
    {"en", "A: Hello, my name is Nora. May I have yours? / U: Of course, Elif Demir.", "Elif Demir"},
    {"en", "A: May I have your name? / U: Yes, it is spelled W E I.", "Wei"},
    {"en", "A: May I have your first name? / U: Ayo. / A: And surname? / U: Bello.", "Ayo Bello"},
    {"en", "A: May I have the account holder's name? / U: That's my father, Robert Hale.", ""},
    {"en", "A: What's the patient's name? / U: Emma Hale.", ""},
    {"en", "A: What's the patient's name? / U: It's for my daughter Emma. / A: And your name? / U: Claire.",
     "Claire"},
    {"en", "A: Am I speaking with Mr. Grant? / U: No, he's at work. I'm his wife.", ""},
    {"en", "A: Am I speaking with Mr. Grant? / U: You are.", "Grant"},
    {"en", "A: Am I speaking with Ms. Alvarez? / U: That's me.", "Ms. Alvarez"},
    {"en", "A: Is this Dana Whitfield? / U: Yep.", "Dana Whitfield"},
    {"en", "A: Is this Dana Whitfield? / U: It's Dana Whitmore.", "Dana Whitmore"},
    {"en", "A: So that's Marc with a C? / U: No, Mark with a K.", "Mark"},
    {"en", "A: So your name is Kristin? / U: Kirsten, not Kristin.", "Kirsten"},
    {"en", "A: Your name, please? / U: Geoff. G-E-O-F-F.", "Geoff"},
    {"en", "A: Your name, please? / U: Jeff. / A: Jeff, correct? / U: Geoff, with a G. G E O F F.", "Geoff"},
    {"en", "A: Your name, please? / U: Nathalie with an h.", "Nathalie"},
    {"en", "A: Your name, please? / U: Natalie, with an h after the t.", "Natalieh"},
    {"en", "A: Hello. / U: My name isn't important.", ""},
    {"en", "A: Hello. / U: My name is on the account.", ""},
    {"en", "A: Hello. / U: My name is not Steve.", ""},
    {"en", "A: Hello. / U: My name got misspelled on the card.", ""},
    {"en", "A: Hello. / U: I'm Steven, the tenant in flat 3.", "Steven"},
    {"en", "A: Hello. / U: I'm Steven's landlord.", ""},
    {"en", "A: Hello. / U: I'm Steven and this is my wife Clara.", "Steven"},
    {"en", "A: Hello. / U: I'm a Virgo.", ""},
    {"en", "A: Hello. / U: I'm Deaf, please write.", ""},
    {"en", "A: Hello. / U: I'm Sorry to bother you.", ""},
    {"en", "A: Hello. / U: I'm Scottish but I live in Leeds.", ""},
    {"en", "A: Hello. / U: It's Sunday, are you open?", ""},
    {"en", "A: Hello. / U: It's Netflix, it keeps crashing.", ""},
    {"en", "A: Hello. / U: It's Windows 11.", ""},
    {"en", "A: Hello. / U: This is Unit 5, our boiler broke.", ""},
    {"en", "A: Hello. / U: This is regarding Order 554.", ""},
    {"en", "A: Hello. / U: This is Blue Sky Travel calling.", ""},
    {"en", "A: Hello. / U: This is Ben from Blue Sky Travel.", "Ben"},
    {"en", "A: Hello. / U: This is reception, we have a leak.", ""},
    {"en", "A: Hello. / U: it's okay i'll wait", ""},
    {"en", "A: Hello. / U: i'm not happy", ""},
    {"en", "A: Hello. / U: i am so angry right now", ""},
    {"en", "A: Hello. / U: i'm sarah", "Sarah"},
    {"en", "A: Hello. / U: i'm pregnant and i need a seat near the exit", ""},
    {"en", "A: Hello. / U: hi it's bex", "Bex"},
    {"en", "A: Hello. / U: hello my name is dmitri volkov and i'd like a taxi", "Dmitri Volkov"},
    {"en", "A: Hello. / U: this is nurse thompson from ward six", ""},
    {"en", "A: Hello. / U: call me asap", ""},
    {"en", "A: Hello. / U: call me dave", "Dave"},
    {"en", "A: Hello. / U: please call me mr tanaka", "Mr Tanaka"},
    {"en", "A: Hello. / U: don't call me love", ""},
    {"en", "A: Hello. / U: Don't call me Robert, it's Bob.", "Bob"},
    {"en", "A: Hello. / U: They call me Doc.", "Doc"},
    {"en", "A: Hello. / U: You spoke with my colleague Jim. I'm Pam.", "Pam"},
    {"en", "A: Hello. / U: Jim here. Jim Halloway.", "Jim"},
    {"en", "A: Hello. / U: My account is under Janet Rowe.", ""},
    {"en", "A: Hello. / U: Ask for Lucy when you come.", ""},
    {"en", "A: Hello. / U: I want to speak to Lucy.", ""},
    {"en", "A: Hello. / U: Tell Lucy I said hi.", ""},
    {"en", "A: Hello. / U: Is Dr. Moss in today?", ""},
    {"en", "A: Hello. / U: I was told to ask for Vikram.", ""},
    {"en", "A: Hello. / U: My doctor is Dr. Moss.", ""},
    {"en", "A: Hello. / U: I'm Lea, L-E-A, not Leah.", "Lea"},
    {"en", "A: Thank you, Susan. Anything else? / U: No, that's all.", ""},
    {"en", "A: Hi Susan! / U: Hi, yes, about tomorrow.", ""},
    {"en", "A: Hello, can I take your name? / U: Yes you can, it's Femi.", "Femi"},
    {"en", "A: Hello, can I take your name? / U: Erm, Wojciech.", "Wojciech"},
    {"en", "A: Hello, can I take your name? / U: Well, my passport says Margaret, but I'm Peggy.", "Peggy"},
    {"en", "A: Hello, can I take your name? / U: My name? It's Ulf.", "Ulf"},
    {"en", "A: Hello, can I take your name? / U: Hold on a second. / A: Sure. / U: OK, it's Ulf Nyström.",
     "Ulf Nyström"},
    {"en", "A: Hello, can I take your name? / U: Tanaka, Kenji Tanaka.", "Kenji Tanaka"},
    {"en", "A: Hello, can I take your name? / U: Xiu Ying Chen, that's X-I-U.", "Xiu Ying Chen"},
    {"en", "A: Hello, can I take your name? / U: Madison, like the avenue.", "Madison"},
    {"en", "A: Hello, can I take your name? / U: I already gave it to your colleague.", ""},
    {"en", "A: Hello, can I take your name? / U: Do you really need that?", ""},
    {"en", "A: Hello, can I take your name? / U: Anonymous, please.", ""},
    {"en", "A: Hello, can I take your name? / U: Bond.", "Bond"},
    {"en", "A: Hello, can I take your name? / U: Smith, first name Will.", "Will"},
    {"en", "A: Hi / U: I'd like my usual stylist, Tara.", ""},
    {"es", "A: ¿Con quién hablo? / U: Con Marta Gil.", "Marta Gil"},
    {"es", "A: Hola / U: Hola, soy Javier, llamo por mi pedido.", "Javier"},
    {"es", "A: ¿Su nombre, por favor? / U: Beatriz Álvarez.", "Beatriz Álvarez"},
    {"es", "A: Hola / U: Soy enfermera y trabajo de noche.", ""},
    {"es", "A: Hola / U: Soy vegetariana y soy alérgica al marisco.", ""},
    {"es", "A: Hola / U: Mi hermano Iván vive conmigo.", ""},
    {"es", "A: ¿Hablo con Joaquín? / U: Sí, soy yo.", "Joaquín"},
    {"es", "A: ¿Hablo con Joaquín? / U: No, soy su hermano Raúl.", "Raúl"},
    {"es", "A: ¿Hablo con Ana? / U: No, me llamo Anabel.", "Anabel"},
    {"es", "A: Hola / U: me llamo lucía fernández y quiero cancelar", "Lucía Fernández"},
    {"es", "A: Hola / U: Estoy indignado, llevo un mes sin internet.", ""},
    {"es", "A: Hola / U: Muchísimas gracias, ha sido usted muy amable.", ""},
    {"es", "A: Hola / U: Prefiero que me escriban por correo electrónico, no soporto las llamadas.", ""},
    {"es", "A: Hola / U: Llámame Pepe, todos me llaman así.", "Pepe"},
    {"es", "A: Hola / U: Llámeme más tarde.", ""},
    {"es", "A: Hola / U: Soy de Madrid.", ""},
    {"es", "A: Hola / U: Hola, soy la madre de Pablo.", ""},
    {"es", "A: Hola / U: Buenas, habla Ximena Rojas.", "Ximena Rojas"},
    {"es", "A: ¿Me dice su nombre? / U: Sí, claro, es Teresa.", "Teresa"},
    {"es", "A: ¿Y usted es? / U: Su hija, Carmen.", "Carmen"},
    {"es", "A: Hola, ¿Juan? / U: No, Juana. Con a al final.", "Juana"},
    {"de", "A: Guten Tag! / U: Hier ist Weber, guten Tag.", "Weber"},
    {"de", "A: Guten Tag! / U: Müller, guten Tag, ich rufe wegen der Rechnung an.", "Müller"},
    {"de", "A: Guten Tag! / U: Ich bin Lehrer und brauche einen Termin.", ""},
    {"de", "A: Guten Tag! / U: Ich bin müde von dem Warten.", ""},
    {"de", "A: Guten Tag! / U: Ich heiße Sabine Krüger.", "Sabine Krüger"},
    {"de", "A: Wie ist Ihr Name? / U: Tomasz Nowak.", "Tomasz Nowak"},
    {"de", "A: Mit wem spreche ich? / U: Mit Frau Yilmaz.", "Frau Yilmaz"},
    {"de", "A: Mit wem spreche ich? / U: Jürgen.", "Jürgen"},
    {"de", "A: Spreche ich mit Herrn Schneider? / U: Ja, am Apparat.", "Herrn Schneider"},
    {"de", "A: Spreche ich mit Anna? / U: Nein, hier ist Hanna.", "Hanna"},
    {"de", "A: Hallo / U: Meine Tochter Lena hat bestellt.", ""},
    {"de", "A: Hallo / U: Ich bin die Mutter von Paul.", ""},
    {"de", "A: Hallo / U: Ich bin Vegetarierin und allergisch gegen Soja.", ""},
    {"de", "A: Hallo / U: Ich bin Vegetarierin und ich bin allergisch gegen Sesam.", ""},
    {"de", "A: Hallo / U: Bitte schreiben Sie mir eine E-Mail, ich mag keine Anrufe.", ""},
    {"de", "A: Hallo / U: Das ist eine Unverschämtheit, ich bin stinksauer!", ""},
    {"de", "A: Hallo / U: Vielen Dank, Sie waren wirklich sehr freundlich!", ""},
    {"de", "A: Hallo / U: hallo hier ist stefan ich wollte nach meinem paket fragen", "Stefan"},
    {"de", "A: Und Sie sind? / U: Ihr Sohn, Daniel.", "Daniel"},
    {"de", "A: Hallo / U: Nennen Sie mich einfach Basti.", "Basti"},
    {"de", "A: Hallo / U: Ich bin Kunde bei Ihnen.", ""},
    {"de", "A: Hallo / U: Ich bin Polin, spricht jemand Polnisch?", ""},
    {"de", "A: Hallo / U: Am Apparat ist Karin.", ""},
    {"fr", "A: Bonjour / U: Bonjour, ici Camille Lefèvre.", "Camille Lefèvre"},
    {"fr", "A: Bonjour / U: C'est Hugo, je vous appelle pour la commande.", "Hugo"},
    {"fr", "A: À qui ai-je l'honneur ? / U: Madame Benoît.", "Benoît"},
    {"fr", "A: Votre nom, s'il vous plaît ? / U: Amina Diallo.", "Amina Diallo"},
    {"fr", "A: Bonjour / U: Je suis infirmière.", ""},
    {"fr", "A: Bonjour / U: Je suis désolée, je me suis trompée de numéro.", ""},
    {"fr", "A: Bonjour / U: Je suis Julien Moreau.", "Julien Moreau"},
    {"fr", "A: Bonjour / U: Je suis la mère de Lucas.", ""},
    {"fr", "A: Je parle bien à Sophie ? / U: Oui, c'est moi.", "Sophie"},
    {"fr", "A: Je parle bien à Sophie ? / U: Non, c'est Sylvie.", "Sylvie"},
    {"fr", "A: Et vous êtes ? / U: Son fils, Daniel.", "Daniel"},
    {"fr", "A: Bonjour / U: Mon frère Luc habite avec moi.", ""},
    {"fr", "A: Bonjour / U: je m'appelle nadia et j'ai un problème", "Nadia"},
    {"fr", "A: Bonjour / U: Je suis végétarienne et je suis allergique aux crevettes.", ""},
    {"fr", "A: Bonjour / U: Je suis furieux, c'est inadmissible !", ""},
    {"fr", "A: Bonjour / U: Appelez-moi plus tard.", ""},
    {"fr", "A: Bonjour / U: Vous pouvez m'appeler Max.", "Max"},
    {"it", "A: Buongiorno / U: Buongiorno, mi chiamo Chiara Conti.", "Chiara Conti"},
    {"it", "A: Con chi parlo? / U: Con Marco.", "Marco"},
    {"it", "A: Il suo nome? / U: Giulia De Luca.", "Giulia De Luca"},
    {"it", "A: Buongiorno / U: Sono italiano e vivo a Berlino.", ""},
    {"it", "A: Buongiorno / U: Sono stanca di aspettare.", ""},
    {"it", "A: Buongiorno / U: Sono Luca, chiamo per il pacco.", "Luca"},
    {"it", "A: Buongiorno / U: Mia figlia Sara ha ordinato.", ""},
    {"it", "A: Parlo con Elena? / U: No, sono Helena, con l'acca.", "Helena"},
    {"it", "A: Parlo con Elena? / U: Sì, sono io.", "Elena"},
    {"it", "A: E lei è? / U: Suo figlio, Davide.", "Davide"},
    {"it", "A: Buongiorno / U: Sono vegetariana e sono allergica ai gamberi.", ""},
    {"it", "A: Buongiorno / U: È vergognoso, aspetto da un mese.", ""},
    {"it", "A: Buongiorno / U: Grazie mille, è stata gentilissima!", ""},
    {"it", "A: Buongiorno / U: Può chiamarmi Gio, tutti mi chiamano così.", "Gio"},
    {"pt", "A: Bom dia / U: Bom dia, meu nome é João Pereira.", "João Pereira"},
    {"pt", "A: Com quem falo? / U: Com a Mariana.", "Mariana"},
    {"pt", "A: Bom dia / U: Chamo-me Inês Carvalho.", "Inês Carvalho"},
    {"pt", "A: Bom dia / U: Eu me chamo Thiago.", "Thiago"},
    {"pt", "A: Bom dia / U: Sou enfermeira.", ""},
    {"pt", "A: Bom dia / U: Sou brasileiro, moro em Lisboa.", ""},
    {"pt", "A: Qual é o seu nome? / U: Beatriz.", "Beatriz"},
    {"pt", "A: Falo com a Ana? / U: Sim, sou eu.", "Ana"},
    {"pt", "A: Falo com a Ana? / U: Não, sou a Joana.", "Joana"},
    {"pt", "A: Bom dia / U: O meu irmão Rui mora comigo.", ""},
    {"pt", "A: Bom dia / U: Sou vegetariana e sou alérgica a camarão.", ""},
    {"pt", "A: Bom dia / U: Isto é uma vergonha, estou há um mês à espera.", ""},
    {"pt", "A: E o senhor é? / U: O filho dela, Daniel.", "Daniel"},
    {"en", "A: Hello! / U: Me llamo Ximena.", "Ximena"},
    {"en", "A: Hello! / U: Hallo, mein Name ist Uwe Brandt und ich habe ein Problem mit der Rechnung.",
     "Uwe Brandt"},
    {"pl", "A: Dzień dobry / U: Nazywam się Anna.", "Anna"},
    {"es", "A: Hola / U: Hola, me llamo Ramón Ibáñez, con zeta.", "Ramón Ibáñez"},
    {"es", "A: ¿Me da su nombre? / U: No quiero darlo.", ""},
    {"es", "A: ¿Con quién tengo el gusto? / U: Habla Lupita.", "Lupita"},
    {"es", "A: Hola / U: Soy la señora Ortega.", "señora Ortega"},
    {"es", "A: Hola / U: Soy alérgico a los gatos.", ""},
    {"es", "A: Hola / U: Soy yo otra vez.", ""},
    {"es", "A: Hola / U: Soy nuevo cliente.", ""},
    {"es", "A: Hola / U: Es para mi hija Vega.", ""},
    {"es", "A: ¿Quién llama? / U: Ignacio Vidal, del tercero.", "Ignacio Vidal"},
    {"es", "A: ¿Es usted Carmen? / U: Sí.", "Carmen"},
    {"es", "A: Gracias, Juan. / U: No, me llamo Iván.", "Iván"},
    {"es", "A: Hola / U: soy martín", "Martín"},
    {"de", "A: Guten Tag / U: Ja, guten Tag, Schmidt hier.", "Schmidt"},
    {"de", "A: Guten Tag / U: Mein Name ist Müller, Katrin Müller.", "Katrin Müller"},
    {"de", "A: Wie heißen Sie? / U: Özlem Kaya.", "Özlem Kaya"},
    {"de", "A: Wie heißen Sie? / U: Das möchte ich nicht sagen.", ""},
    {"de", "A: Guten Tag / U: Ich bin es wieder.", ""},
    {"de", "A: Guten Tag / U: Ich bin Rentner.", ""},
    {"de", "A: Guten Tag / U: Ich bin Berlinerin.", ""},
    {"de", "A: Guten Tag / U: Ich bin Jonas, der Nachbar.", "Jonas"},
    {"de", "A: Guten Tag / U: Ich rufe für meine Mutter Helga an.", ""},
    {"de", "A: Sind Sie Frau Vogel? / U: Ja, genau.", "Frau Vogel"},
    {"de", "A: Sind Sie Frau Vogel? / U: Nein, ich bin ihre Tochter, Nina.", "Nina"},
    {"de", "A: Und Ihr Vorname? / U: Detlef.", "Detlef"},
    {"de", "A: Guten Tag / U: Mayer mit a y.", ""},
    {"de", "A: Guten Tag / U: ich heiße jana und brauche hilfe", "Jana"},
    {"fr", "A: Bonjour / U: Bonjour, c'est Léa.", "Léa"},
    {"fr", "A: Bonjour / U: C'est urgent.", ""},
    {"fr", "A: Bonjour / U: C'est Noël bientôt.", ""},
    {"fr", "A: Bonjour / U: Je suis marseillais.", ""},
    {"fr", "A: Bonjour / U: Je suis Parisienne.", ""},
    {"fr", "A: Bonjour / U: Je suis au travail.", ""},
    {"fr", "A: Bonjour / U: Je m'appelle Jean-Baptiste de La Tour.", "Jean-Baptiste de La Tour"},
    {"fr", "A: C'est à quel nom ? / U: Garnier.", "Garnier"},
    {"fr", "A: Comment vous appelez-vous ? / U: Moi, c'est Thibault.", "Thibault"},
    {"fr", "A: Vous êtes bien Madame Roux ? / U: Oui, tout à fait.", "Madame Roux"},
    {"fr", "A: Merci, Claire. / U: Non, Clara.", "Clara"},
    {"fr", "A: Bonjour / U: Tout le monde m'appelle Mimi.", "Mimi"},
    {"fr", "A: Bonjour / U: Ma fille Inès est malade.", ""},
    {"it", "A: Pronto / U: Sono la signora Ferri.", "Ferri"},
    {"it", "A: Chi parla? / U: Parla Tommaso Galli.", "Tommaso Galli"},
    {"it", "A: Pronto / U: Sono io.", ""},
    {"it", "A: Pronto / U: Sono milanese.", ""},
    {"it", "A: Pronto / U: Sono Giorgia.", "Giorgia"},
    {"it", "A: Pronto / U: Sono la figlia di Anna.", ""},
    {"it", "A: Come si chiama? / U: Ludovica, con la d.", "Ludovica"},
    {"it", "A: Grazie, Paola. / U: No, Paolo.", "Paolo"},
    {"it", "A: Pronto / U: Mi chiami solo dopo le sei.", ""},
    {"pt", "A: Alô / U: Alô, aqui é o Rodrigo.", "Rodrigo"},
    {"pt", "A: Quem fala? / U: É a Camila.", "Camila"},
    {"pt", "A: Olá / U: Sou a dona Lourdes.", "Lourdes"},
    {"pt", "A: Olá / U: Sou eu de novo.", ""},
    {"pt", "A: Olá / U: Sou carioca.", ""},
    {"pt", "A: Olá / U: Sou o filho da Marta.", ""},
    {"pt", "A: Obrigado, Júlia. / U: Não, é Juliana.", "Juliana"},
    {"pt", "A: Olá / U: Pode me chamar de Zeca.", "Zeca"},
    {"fr", "A: Votre nom ? / U: julie du pont.", "Julie du Pont"},
    {"it", "A: Come si chiama? / U: luca della valle.", "Luca della Valle"},
    {"de", "A: Wie heißen Sie? / U: hans zum felde.", "Hans zum Felde"},
    {"pt", "A: Quem fala? / U: maria da silva.", "Maria da Silva"},
    /* A guess of the agent needs a yes. */
    {"en", "A: Is this Amy? / U: Who's asking?", ""},
    {"en", "A: Is this Mr. Osei? / U: Oh hi, yes.", "Mr. Osei"},
    {"en", "A: Are you Mr. Fontaine? / U: I am.", "Mr. Fontaine"},
    {"en", "A: Am I speaking with Paulina? / U: Paulina isn't home.", ""},
    {"en", "A: Hi. / U: I left a charger. / A: Certainly. I will look. / U: Please confirm it.", ""},
    {"en", "A: May I call you William? / U: Bill, please.", "Bill"},
    {"en", "A: Is that Catherine with a C? / U: With a K.", "Katherine"},
    /* Corrected. */
    {"en", "A: Thanks, Brian. / U: Ryan.", "Ryan"},
    {"en", "A: Thanks, Ellen. / U: Helen, with an H.", "Helen"},
    {"en", "A: So your name is Allen? / U: Alan, one L. A-L-A-N.", "Alan"},
    {"en", "A: Got it, Shawn S-H-A-W-N? / U: No, S-E-A-N.", "Sean"},
    {"es", "A: ¿Cómo se escribe? / U: Jiménez, con jota: J I M É N E Z.", "Jiménez"},
    /* Asked for, and answered not at once. */
    {"en", "A: Your name? / U: Sorry, I thought I said. Pooja.", "Pooja"},
    {"en", "A: Your name? / U: It's a long one: Venkatesh Subramanian.", "Venkatesh Subramanian"},
    {"en", "A: Your name? / U: Uh, hang on, my kid is crying.", ""},
    {"en", "A: Could I get a name for the order? / U: Put it under Tanya please.", "Tanya"},
    {"en", "A: Name and address please. / U: Clive Barker, 12 Oak Lane.", "Clive Barker"},
    {"en", "A: And who's the appointment for? / U: For my son, Caleb.", ""},
    {"en", "A: And who's the appointment for? / U: For me, Yvonne Baker.", "Yvonne Baker"},
    {"en", "A: Name on the account? / U: It's under my dad's name, Stan.", ""},
    {"en", "A: First name? / U: Deepika. / A: And the surname? / U: Iyer, I-Y-E-R.", "Deepika Iyer"},
    {"en", "A: Name? / U: june", "June"},
    /* Introduced. */
    {"en", "A: Hello. / U: Good afternoon. Khadija Benali. I called about the visa.", "Khadija Benali"},
    {"en", "A: Hello. / U: Hi, Kofi Mensah, I have an appointment at nine.", "Kofi Mensah"},
    {"en", "A: Hello. / U: Hi, Jordan from Apex Plumbing here.", "Jordan"},
    {"en", "A: Hello. / U: Everyone calls me Coach.", "Coach"},
    {"en", "A: Hello. / U: This is St. Mary's Hospital.", ""},
    {"es", "A: Hola. / U: Le habla Guillermo de Transportes Ruiz.", "Guillermo"},
    {"es", "A: ¿Hablo con el señor Gutiérrez? / U: Sí, soy yo.", "señor Gutiérrez"},
    {"de", "A: Guten Tag! / U: hallo hier spricht thomas von der au", "Thomas von der Au"},
    {"fr", "A: Vous êtes bien Madame Petit ? / U: Oui, c'est moi.", "Madame Petit"},
    {"it", "A: Parlo con il signor Bianchi? / U: Sì, sono io.", "signor Bianchi"},
};

static void names_as_they_are_said(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof name_cases / sizeof *name_cases; i++) {
        char text[TALK_BYTES];
        struct said said = talk(name_cases[i].language, name_cases[i].talk, text);
        struct call call;
        call_understand(&call, &said);
        if (strcmp(speaker_name(&call), name_cases[i].name) != 0)
            fail_msg("%s: \"%s\" instead of \"%s\"", name_cases[i].talk, speaker_name(&call),
                     name_cases[i].name);
        call_free(&call);
    }
}

/* The name in full, how they ask to be called, and the name that they say is wrong or was theirs. */
static void forms_of_a_name_are_kept_apart(void **state)
{
    static const struct {
        const char *language, *talk, *full, *called, *was;
        bool renamed;
    } cases[] = {
        {"en", "U: I'm Rebecca Stone, but please call me Becky.", "Rebecca Stone", "Becky", "", false},
        {"en", "U: My name is Alexander but I go by Sasha.", "Alexander", "Sasha", "", false},
        {"en", "U: Please call me Emeka.", "Emeka", "Emeka", "", false},
        {"en", "A: Hello Jon Clark. / U: It's not Jon Clark, it's Joan Clarke.", "Joan Clarke", "",
         "Jon Clark", false},
        {"en", "U: I got married, my name is Ana Lopez now.", "Ana Lopez", "", "", true},
        {"de", "U: Ich habe geheiratet, ich heiße jetzt Ana Lopez.", "Ana Lopez", "", "", true},
        {"fr", "U: Je me suis mariée, je m'appelle maintenant Ana Lopez.", "Ana Lopez", "", "", true},
        {"it", "U: Mi sono sposata, adesso mi chiamo Ana Lopez.", "Ana Lopez", "", "", true},
        {"es", "U: Me casé, ahora me llamo Ana López.", "Ana López", "", "", true},
        {"de", "U: Hier spricht Anna von der Leine.", "Anna von der Leine", "", "", false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[TALK_BYTES];
        struct said said = talk(cases[i].language, cases[i].talk, text);
        struct call call;
        call_understand(&call, &said);
        assert_int_equal(call.understanding.speaker_count, 1);
        const struct speaker *speaker = &call.understanding.speakers[0];
        assert_string_equal(speaker->full, cases[i].full);
        assert_string_equal(speaker->called, cases[i].called);
        assert_string_equal(speaker->was, cases[i].was);
        assert_int_equal(speaker->renamed, cases[i].renamed);
        assert_int_equal(speaker->source, SOURCE_RULE);
        assert_true(speaker->turn >= 0);
        call_free(&call);
    }
}

static void denials_say_who_they_are_not(void **state)
{
    static const struct {
        const char *language, *talk, *denied;
    } cases[] = {
        {"en", "A: Is this Gordon Pell? / U: No, this isn't Gordon, I got this number last week.",
         "Gordon Pell"},
        {"en", "A: Is this Gordon Pell? / U: No, this isn't Gordon.", "Gordon"},
        {"en", "A: Is this Gordon Pell? / U: It's not Gordon Pell.", "Gordon Pell"},
        {"en", "A: Is this Gordon Pell? / U: Gordon Pell doesn't live here.", "Gordon Pell"},
        {"en", "A: Hello Gordon Pell! / U: You have the wrong number.", "Gordon Pell"},
        {"de", "A: Spreche ich mit Gordon Pell? / U: Nein, hier ist nicht Gordon Pell.", "Gordon Pell"},
        {"de", "A: Spreche ich mit Gordon Pell? / U: Gordon Pell wohnt hier nicht.", "Gordon Pell"},
        {"es", "A: ¿Hablo con Gordon Pell? / U: No soy Gordon Pell.", "Gordon Pell"},
        {"es", "A: ¿Hablo con Gordon Pell? / U: Aquí no vive Gordon Pell.", "Gordon Pell"},
        {"fr", "A: Vous êtes bien Gordon Pell ? / U: Je ne suis pas Gordon Pell.", "Gordon Pell"},
        {"it", "A: Parlo con Gordon Pell? / U: Non sono Gordon Pell.", "Gordon Pell"},
        {"pt", "A: Falo com Gordon Pell? / U: Não sou o Gordon.", "Gordon"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[TALK_BYTES];
        struct said said = talk(cases[i].language, cases[i].talk, text);
        struct call call;
        call_understand(&call, &said);
        if (!call.understanding.is_other || strcmp(cases[i].denied, call.understanding.denied) != 0)
            fail_msg("%s: %d \"%s\"", cases[i].talk, call.understanding.is_other, call.understanding.denied);
        assert_int_equal(call.understanding.speaker_count, 0);
        call_free(&call);
    }
}

/* "It's not Jon, it's John" is a name that was written wrong, "I'm not Jon, I'm Peter" is somebody else. */
static void whoever_denies_a_name_may_have_another(void **state)
{
    static const struct {
        const char *talk, *full, *was;
        bool is_other;
    } cases[] = {
        {"A: Is this Gordon Pell? / U: I'm not Gordon, this is Peter.", "Peter", "", true},
        {"A: Is this Gordon Pell? / U: I'm not Gordon Pell, I'm Peter Hall.", "Peter Hall", "", true},
        {"A: Is this Jon? / U: It's not Jon, it's John.", "John", "Jon", false},
        {"A: Hello Jon Clark. / U: It's not Jon Clark, it's Joan Clarke.", "Joan Clarke", "Jon Clark", false},
        {"A: Is this Gordon Pell? / U: no it's gordon pell", "Gordon Pell", "", false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[TALK_BYTES];
        struct said said = talk("en", cases[i].talk, text);
        struct call call;
        call_understand(&call, &said);
        assert_string_equal(speaker_name(&call), cases[i].full);
        assert_string_equal(call.understanding.speakers[0].was, cases[i].was);
        assert_int_equal(call.understanding.is_other, cases[i].is_other);
        call_free(&call);
    }
}

static void two_who_introduce_themselves_are_two(void **state)
{
    char text[TALK_BYTES];
    struct said said =
        talk("en",
             "A: Hello? / U: This is Rosa Vidal, I'm vegetarian. / A: Hello Rosa. / U: And this is Bruno "
             "Keller, I'm allergic to shellfish. / A: Hello. / U: I'm diabetic.",
             text);
    struct call call;
    (void)state;
    call_understand(&call, &said);
    assert_int_equal(call.understanding.speaker_count, 2);
    assert_string_equal(call.understanding.speakers[0].full, "Rosa Vidal");
    assert_string_equal(call.understanding.speakers[1].full, "Bruno Keller");
    assert_string_equal(statement_with(&call, STATEMENT_NEED, "vegetarian")->whose, "Rosa Vidal");
    assert_string_equal(statement_with(&call, STATEMENT_NEED, "shellfish")->whose, "Bruno Keller");
    assert_string_equal(statement_with(&call, STATEMENT_NEED, "diabetic")->whose, WHOSE_UNCLEAR);
    call_free(&call);
}

/* The telephone is handed on: who greets and introduces themselves is somebody else, and what was said before
 * them was not said by them. `names` are the speakers, the surest first. */
static void who_takes_over_the_telephone_is_somebody_else(void **state)
{
    static const struct {
        const char *language, *talk, *names, *before, *after;
    } cases[] = {
        {"en",
         "A: Hello? / U: This is Colin Marsh, I'm vegetarian. / A: Hello Colin. / U: Here's my wife. / U: "
         "Hello, "
         "this is Amanda. / A: Hello Amanda. / U: I'm allergic to latex.",
         "Colin Marsh, Amanda", "Colin Marsh", WHOSE_UNCLEAR},
        {"en",
         "A: Hello? / U: Colin here. I'm vegetarian. / A: Hello. / U: My wife wants a word. / U: Hi, it's "
         "Amanda "
         "speaking. / A: Hello. / U: I'm allergic to latex.",
         "Colin, Amanda", "Colin", WHOSE_UNCLEAR},
        {"en",
         "A: Hello? / U: This is Colin Marsh. I'm vegetarian. / A: Hello. / U: Amanda Marsh speaking. / A: "
         "Hello. "
         "/ U: I'm allergic to latex.",
         "Colin Marsh, Amanda Marsh", "Colin Marsh", WHOSE_UNCLEAR},
        {"de",
         "A: Hallo? / U: Hier ist Anton Huber, ich bin Vegetarier. / A: Hallo. / U: Ich gebe Ihnen meine "
         "Frau. / "
         "U: Guten Tag, hier ist Maria Huber. / A: Hallo. / U: Ich bin allergisch gegen Latex.",
         "Anton Huber, Maria Huber", "Anton Huber", WHOSE_UNCLEAR},
        {"es",
         "A: ¿Hola? / U: Soy Carlos Vidal, soy vegetariano. / A: Hola. / U: Le paso a mi mujer. / U: Hola, "
         "soy "
         "Rosa. / A: Hola, Rosa. / U: Soy alérgica al látex.",
         "Carlos Vidal, Rosa", "Carlos Vidal", WHOSE_UNCLEAR},
        {"fr",
         "A: Allô ? / U: Ici Marc Roux, je suis végétarien. / A: Bonjour. / U: Je vous passe ma femme. / U: "
         "Bonjour, c'est Camille Roux. / A: Bonjour. / U: Je suis allergique au latex.",
         "Marc Roux, Camille Roux", "Marc Roux", WHOSE_UNCLEAR},
        {"it",
         "A: Pronto? / U: Sono Carlo Ricci, sono vegetariano. / A: Salve. / U: Le passo mia moglie. / U: "
         "Buongiorno, sono Elena Ricci. / A: Salve. / U: Sono allergica al lattice.",
         "Carlo Ricci, Elena Ricci", "Carlo Ricci", WHOSE_UNCLEAR},
        {"pt",
         "A: Alô? / U: Aqui é o Carlos Prado, sou vegetariano. / A: Olá. / U: Vou passar para a minha "
         "mulher. / "
         "U: Olá, aqui é a Beatriz Prado. / A: Olá. / U: Sou alérgica ao látex.",
         "Carlos Prado, Beatriz Prado", "Carlos Prado", WHOSE_UNCLEAR},
        /* The same person, introduced twice, heard in two ways, or with another form of the name; and a dog.
         */
        {"en",
         "A: Hello? / U: This is Colin Marsh, I'm vegetarian. / A: Hello? / U: Hello? This is Colin. / A: "
         "Hello. / "
         "U: I'm allergic to latex.",
         "Colin Marsh", "", ""},
        {"en",
         "A: Hello? / U: This is Kristen Marsh, I'm vegetarian. / A: Hello? / U: Hello, this is Kristin "
         "Marsh. / "
         "A: Hello. / U: I'm allergic to latex.",
         "Kristen Marsh", "", ""},
        {"en",
         "A: Hello? / U: This is Margaret Marsh, I'm vegetarian. / A: Hello? / U: Hello, it's Peggy. / A: "
         "Hello. / "
         "U: I'm allergic to latex.",
         "Margaret Marsh", "", ""},
        {"en",
         "A: Hello? / U: This is Colin, I'm vegetarian. / A: Hello? / U: Hello, this is Mr. Marsh. / A: "
         "Hello. / U: I'm allergic to latex.",
         "Colin", "", ""},
        {"en",
         "A: Hello? / U: This is Colin Marsh, I'm vegetarian. / A: What's that noise? / U: It's Bruno. / A: "
         "Ah. / "
         "U: I'm allergic to latex.",
         "Colin Marsh", "", ""},
    };
    (void)state;
    int wrong = 0;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[TALK_BYTES], names[200] = "";
        struct said said = talk(cases[i].language, cases[i].talk, text);
        struct call call;
        call_understand(&call, &said);
        for (size_t s = 0; s < call.understanding.speaker_count; s++)
            snprintf(names + strlen(names), sizeof names - strlen(names), "%s%s", s ? ", " : "",
                     call.understanding.speakers[s].full);
        if (strcmp(names, cases[i].names) != 0) {
            print_message("%s: %s\n", cases[i].talk, names);
            wrong++;
            call_free(&call);
            continue;
        }
        const struct statement *before = NULL, *after = NULL;
        for (size_t s = 0; s < call.understanding.statement_count; s++) {
            const struct statement *statement = &call.understanding.statements[s];
            if (statement->kind == STATEMENT_NEED)
                *(statement->turn < 3 ? &before : &after) = statement;
        }
        const char *whose[] = {before ? before->whose : "missing", after ? after->whose : "missing"};
        if (strcmp(whose[0], cases[i].before) != 0 || strcmp(whose[1], cases[i].after) != 0) {
            print_message("%s: %s, %s\n", cases[i].talk, whose[0], whose[1]);
            wrong++;
        }
        call_free(&call);
    }
    assert_int_equal(wrong, 0);
}

/* ElevenLabs tells voices apart. */
static void user_identifiers_tell_speakers_apart(void **state)
{
    char text[TALK_BYTES];
    struct said said = talk("en", "U: Rosa here. / U: Hi, it's Bruno. / U: I'm allergic to shellfish.", text);
    struct call call;
    struct error error = {0};
    (void)state;
    call_make(&call, &said);
    call.turns[0].speaker = "one";
    call.turns[1].speaker = call.turns[2].speaker = "two";
    assert_int_equal(understand(call.lexicon, &call.transcript, &call.understanding, &error), 0);
    assert_int_equal(call.understanding.speaker_count, 2);
    assert_string_equal(statement_with(&call, STATEMENT_NEED, "shellfish")->whose, "Bruno");
    call_free(&call);
}

/* Items of the operator's own, by their names. */
static void names_that_operators_collect(void **state)
{
    static const struct {
        const char *key, *value, *name;
    } cases[] = {
        {"customer_name", "Mia Chen", "Mia Chen"},
        {"customerName", "Mia Chen", "Mia Chen"},
        {"Caller Name", "mia chen", "Mia Chen"},
        {"nombre", "Inés Prado", "Inés Prado"},
        {"vorname", "Uwe", "Uwe"},
        {"nom_client", "Zoé Petit", "Zoé Petit"},
        {"name", "not provided", ""},
        {"name", "N/A", ""},
        {"company_name", "Acme", ""},
        {"pet_name", "Rex", ""},
        {"agent_name", "Sam", ""},
        {"order_number", "HB-1", ""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct said said = {.lines = {"A: Hi", "OK."}};
        struct call call;
        struct error error = {0};
        call_make(&call, &said);
        collect(&call, cases[i].key, cases[i].value);
        assert_int_equal(understand(call.lexicon, &call.transcript, &call.understanding, &error), 0);
        assert_string_equal(speaker_name(&call), cases[i].name);
        if (*cases[i].name)
            assert_int_equal(call.understanding.speakers[0].source, SOURCE_COLLECTED);
        call_free(&call);
    }
}

static void given_and_family_names_collected_apart_are_one(void **state)
{
    struct said said = {.lines = {"A: Hi", "OK."}};
    struct call call;
    struct error error = {0};
    (void)state;
    call_make(&call, &said);
    collect(&call, "first_name", "Ines");
    collect(&call, "last_name", "Carvalho");
    assert_int_equal(understand(call.lexicon, &call.transcript, &call.understanding, &error), 0);
    assert_string_equal(speaker_name(&call), "Ines Carvalho");
    call_free(&call);
}

/* A name that the call started with holds until the caller says another; callmem's own says nothing. */
static void names_that_the_call_started_with(void **state)
{
    static const struct {
        const char *variables, *talk, *name;
    } cases[] = {
        {"{\"customer_name\": \"Ana\"}", "A: Hi / U: Hello.", "Ana"},
        {"{\"customer_name\": \"\"}", "A: Hi / U: Hello.", ""},
        {"{\"caller_name\": \"Ana\"}", "A: Hi / U: Hello.", ""},
        {"{\"customer_name\": \"Ana\"}", "A: Hi Ana! / U: I'm not Ana, this is Peter.", "Peter"},
        {"{\"customer_name\": \"Ana\"}", "A: Hi Ana! / U: I'm not Ana.", ""},
        {"{\"customer_name\": \"Ana\"}", "A: Who is this? / U: It's Tom.", "Tom"},
        {"{\"first_name\": \"Hugo\", \"last_name\": \"Berg\"}", "A: Hi / U: Hello.", "Hugo Berg"},
        {"{\"agent_name\": \"Sam\", \"call_count\": 3}", "A: Hi / U: Hello.", ""},
        {"{\"system__caller_id\": \"+15550100001\"}", "A: Hi / U: Hello.", ""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[TALK_BYTES];
        struct said said = talk("en", cases[i].talk, text);
        struct call call;
        struct error error = {0};
        cJSON *variables = cJSON_Parse(cases[i].variables);
        assert_non_null(variables);
        call_make(&call, &said);
        call.transcript.variables = variables;
        assert_int_equal(understand(call.lexicon, &call.transcript, &call.understanding, &error), 0);
        if (strcmp(speaker_name(&call), cases[i].name) != 0)
            fail_msg("%s, %s: \"%s\"", cases[i].variables, cases[i].talk, speaker_name(&call));
        call_free(&call);
        cJSON_Delete(variables);
    }
}

/* Without a lexicon of its language a call still gives what was collected, and nothing wrong. */
static void another_language_gives_nothing_wrong(void **state)
{
    struct said said = {.language = "pl",
                        .lines = {"A: Dzień dobry.", "Dzień dobry, chciałabym zapytać o przesyłkę."}};
    struct call call;
    struct error error = {0};
    (void)state;
    call_make(&call, &said);
    collect(&call, "customer_name", "Anna Nowak");
    assert_int_equal(understand(call.lexicon, &call.transcript, &call.understanding, &error), 0);
    assert_string_equal(speaker_name(&call), "Anna Nowak");
    assert_int_equal(call.understanding.mood, MOOD_NEUTRAL);
    assert_int_equal(call.understanding.statement_count, 0);
    call_free(&call);
}

static void nothing_is_nobody(void **state)
{
    struct said said = {.language = "", .lines = {NULL}};
    struct call call;
    (void)state;
    call_understand(&call, &said);
    assert_int_equal(call.understanding.speaker_count, 0);
    assert_int_equal(call.understanding.statement_count, 0);
    assert_int_equal(call.understanding.request, PRIVACY_NONE);
    call_free(&call);
}

/* A turn of any length and any bytes is read in bounded work. */
static void a_long_turn_is_nobody(void **state)
{
    struct said said = {.lines = {"A: Hi", "x"}};
    struct call call;
    struct error error = {0};
    size_t size = 400000;
    char *text = malloc(size + 1);
    (void)state;
    assert_non_null(text);
    for (size_t i = 0; i < size; i++)
        text[i] = "i am a-b. not "[i % 14];
    text[size] = '\0';
    call_make(&call, &said);
    call.turns[1].text = text;
    assert_int_equal(understand(call.lexicon, &call.transcript, &call.understanding, &error), 0);
    assert_int_equal(call.understanding.speaker_count, 0);
    call_free(&call);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_as_they_are_said),
        cmocka_unit_test(forms_of_a_name_are_kept_apart),
        cmocka_unit_test(denials_say_who_they_are_not),
        cmocka_unit_test(whoever_denies_a_name_may_have_another),
        cmocka_unit_test(two_who_introduce_themselves_are_two),
        cmocka_unit_test(who_takes_over_the_telephone_is_somebody_else),
        cmocka_unit_test(user_identifiers_tell_speakers_apart),
        cmocka_unit_test(names_that_operators_collect),
        cmocka_unit_test(given_and_family_names_collected_apart_are_one),
        cmocka_unit_test(names_that_the_call_started_with),
        cmocka_unit_test(another_language_gives_nothing_wrong),
        cmocka_unit_test(nothing_is_nobody),
        cmocka_unit_test(a_long_turn_is_nobody),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
