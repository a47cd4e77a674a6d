/*
 * What a call says about its caller: made-up calls in six languages. "A:" is the agent, "U:" the caller.
 */
#include "unit.h"

#include "base/clock.h"
#include "understand/extract.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct name_case {
    const char *language, *talk, *name;
};

struct wish_case {
    const char *language, *talk;
    const char *wants;   /* all of these, separated by |, are in what is listed as wanted */
    const char *without; /* none of these is */
};

struct mood_case {
    const char *language, *talk;
    enum sentiment sentiment;
};

static const struct name_case name_cases[] = {
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
    {"en", "A: Hi / U: hello this is priya raman i lost my card", "Priya Raman"},
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
    {"en", "A: Thank you, Susan. Anything else? / U: No, that's all.", "Susan"},
    {"en", "A: Hi Susan! / U: Hi, yes, about tomorrow.", "Susan"},
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
    {"pl", "A: Dzień dobry / U: Nazywam się Anna.", ""},
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
    {"fr", "A: Votre nom ? / U: marie du pont.", "Marie du Pont"},
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

static const struct wish_case wish_cases[] = {
    {"en", "A: Hi / U: i'm vegetarian", "vegetarian", ""},
    {"en", "A: Email or text? / U: Text, please.", "text", ""},
    {"en", "A: How would you like to be contacted? / U: By WhatsApp.", "whatsapp", ""},
    {"en",
     "A: Shall I text you when it does? / U: Please email me instead, I never read texts at work. And could "
     "it come after six in the evening? I'm a nurse.",
     "email|after six in the evening", ""},
    {"en", "A: Shall I text you when it's ready? / U: Yes, please.", "text", ""},
    {"en", "A: Anything to drink? / U: I'd rather have tea than coffee.", "tea", "coffee"},
    {"en", "A: Anything to drink? / U: Tea instead of coffee, please.", "", "coffee"},
    {"en", "A: Anything to drink? / U: I prefer tea over coffee.", "tea", ""},
    {"en", "A: Anything to drink? / U: I prefer tea to coffee.", "tea", "coffee"},
    {"en", "A: Hi / U: I dislike phone calls.", "", "phone"},
    {"en", "A: Hi / U: I can't stand coriander.", "", "coriander"},
    {"en", "A: Hi / U: My husband is vegetarian.", "", "vegetarian"},
    {"en", "A: Hi / U: Do you have vegan options?", "", "vegan"},
    {"en", "A: Hi / U: I'm not vegetarian.", "", "vegetarian"},
    {"en", "A: Hi / U: I used to like sushi.", "", "sushi"},
    {"en", "A: Any allergies? / U: Shellfish.", "shellfish", ""},
    {"en", "A: Any allergies? / U: No.", "", "allerg"},
    {"en", "A: Any food allergies? / U: Yes, I have a nut allergy.", "nut", ""},
    {"en", "A: Hi / U: I use a wheelchair, so I need step-free access.", "wheelchair|step-free", ""},
    {"en", "A: Hi / U: I'm hard of hearing, please speak up.", "hard of hearing", ""},
    {"en", "A: Hi / U: I'm lactose intolerant.", "lactose", ""},
    {"en", "A: Hi / U: I can't eat gluten.", "gluten", ""},
    {"en", "A: Hi / U: We keep kosher.", "kosher", ""},
    {"en", "A: Hi / U: My favourite is the lemon cake.", "lemon cake", ""},
    {"en", "A: Hi / U: My favorite color is green.", "green", ""},
    {"en", "A: Hi / U: I always take the window seat.", "window", ""},
    {"en", "A: Hi / U: Never call me before ten.", "ten", ""},
    {"en", "A: Hi / U: Please don't call before ten in the morning.", "before ten", ""},
    {"en", "A: Hi / U: Always ask for the code word.", "code word", ""},
    {"en", "A: Hi / U: Please leave parcels with the neighbour.", "neighbour", ""},
    {"en", "A: Hi / U: Could we speak Spanish?", "spanish", ""},
    {"en", "A: When suits you? / U: Tuesdays are best.", "tuesday", ""},
    {"en", "A: When suits you? / U: Mornings are best for me.", "morning", ""},
    {"en", "A: When should we come? / U: Any time after five.", "after five", ""},
    {"en", "A: When should we come? / U: Weekends only.", "weekend", ""},
    {"en", "A: When should we call? / U: Not before ten, please.", "ten", ""},
    {"en", "A: How do you take your coffee? / U: Black, no sugar.", "black", ""},
    {"en", "A: Smoking or non-smoking? / U: Non-smoking.", "non-smoking", ""},
    {"en", "A: Would you prefer a morning or an afternoon slot? / U: Afternoon would be better.", "afternoon",
     "morning"},
    {"en", "A: Do you still prefer email? / U: No, text me now.", "text", "email"},
    {"en", "A: Is email still best? / U: Yes.", "email", ""},
    {"en", "A: Which seat? / U: By the window if possible.", "window", ""},
    {"en", "A: Hi / U: I pay by invoice, never by card.", "invoice", ""},
    {"en", "A: Hi / U: I'd like to pay in cash.", "cash", ""},
    {"en", "A: Hi / U: I love Thai food but I hate cilantro.", "thai food", "cilantro"},
    {"en", "A: Hi / U: WhatsApp is easier for me than email.", "whatsapp", "email"},
    {"en", "A: Hi / U: No phone calls, please. Just send me a text.", "text", "phone"},
    {"en", "A: Coffee? / U: No thanks, I only drink herbal tea.", "herbal tea", ""},
    {"en", "A: Coffee? / U: I'm more of a tea person.", "tea", ""},
    {"en", "A: Hi / U: I'd prefer not to be called at work.", "", "called"},
    {"en", "A: Hi / U: A quiet room on a high floor, please.", "quiet room", ""},
    {"en", "A: Hi / U: I like my steak medium rare.", "medium rare", ""},
    {"en", "A: Hi / U: You can reach me by email.", "email", ""},
    {"en", "A: Hi / U: The best time to reach me is after lunch.", "after lunch", ""},
    {"en", "A: Hi / U: I'm only home in the evenings.", "evening", ""},
    {"en", "A: Hi / U: I would like to cancel my order.", "", "cancel"},
    {"en", "A: hi / U: i prefer mornings", "morning", ""},
    {"en", "A: hi / U: Mornings don't work, so let's do Thursday afternoon.", "thursday afternoon",
     "morning"},
    {"en", "A: Which airline? / U: I always fly Lufthansa.", "lufthansa", ""},
    {"en", "A: hi / U: I'm allergic to penicillin.", "penicillin", ""},
    {"en", "A: hi / U: I'm diabetic.", "diabetic", ""},
    {"en", "A: hi / U: I'd love a table outside.", "outside", ""},
    {"en", "A: hi / U: I want the aisle seat.", "aisle", ""},
    {"en", "A: Red or white? / U: White.", "white", ""},
    {"en", "A: Still or sparkling? / U: Sparkling for me.", "sparkling", ""},
    {"en", "A: Paper or digital tickets? / U: Digital is fine.", "digital", ""},
    {"en", "A: Hi / U: I'm Vegan.", "vegan", ""},
    {"en", "A: Hi / U: I'm Jewish and keep kosher.", "kosher", ""},
    {"en", "A: Hi / U: Text me, don't call.", "text", "call"},
    {"en", "A: Hi / U: Please don't call me, just send an email.", "email", "call"},
    {"en", "A: Hi / U: SMS is best for me.", "sms", ""},
    {"en", "A: Hi / U: I prefer WhatsApp.", "whatsapp", ""},
    {"en", "A: Hi / U: I'd prefer a phone call, I don't read emails.", "phone", "email"},
    {"en", "A: Hi / U: Could you send it by post instead of email?", "post", "email"},
    {"en", "A: Hi / U: Evenings work best for me.", "evening", ""},
    {"en", "A: Hi / U: I can only do weekends.", "weekend", ""},
    {"en", "A: Hi / U: I'm free after three on weekdays.", "after three", ""},
    {"en", "A: Hi / U: I work nights, so please call in the afternoon.", "afternoon", ""},
    {"en", "A: When can we deliver? / U: Saturday morning would be perfect.", "saturday morning", ""},
    {"en", "A: When can we deliver? / U: Any day but Monday.", "", "monday"},
    {"en", "A: What would you like to drink? / U: Sparkling water, please.", "sparkling water", ""},
    {"en", "A: What would you like to drink? / U: I'll have a green tea.", "green tea", ""},
    {"en", "A: Coffee or tea? / U: Tea, I can't stand coffee.", "tea", "coffee"},
    {"en", "A: Coffee or tea? / U: Neither, thanks.", "", "coffee|tea"},
    {"en", "A: Coffee or tea? / U: Coffee for me.", "coffee", ""},
    {"en", "A: King or twin beds? / U: Twin, if you have it.", "twin", ""},
    {"en", "A: Would you like a window seat? / U: No, aisle please.", "aisle", "window"},
    {"en", "A: Would you like a window seat? / U: Yes please!", "window", ""},
    {"en", "A: Any dietary requirements? / U: I'm vegan.", "vegan", ""},
    {"en", "A: Any dietary requirements? / U: Vegan.", "vegan", ""},
    {"en", "A: Any dietary requirements? / U: Gluten-free, please.", "gluten", ""},
    {"en", "A: Any dietary requirements? / U: None.", "", "none"},
    {"en", "A: Any dietary requirements? / U: Not for me, but my daughter is vegan.", "", "vegan"},
    {"en", "A: Any allergies? / U: Yes, to shellfish and bees.", "shellfish", ""},
    {"en", "A: Any allergies? / U: I'm allergic to cats.", "cats", ""},
    {"en", "A: Hi / U: I've got a severe peanut allergy.", "peanut", ""},
    {"en", "A: Hi / U: I can't have dairy.", "dairy", ""},
    {"en", "A: Hi / U: I have celiac disease.", "gluten", ""},
    {"en", "A: Hi / U: I'm in a wheelchair.", "wheelchair", ""},
    {"en", "A: Hi / U: I'm blind, so please read everything out to me.", "blind", ""},
    {"en", "A: Hi / U: I need wheelchair access.", "wheelchair", ""},
    {"en", "A: Hi / U: I like my coffee black.", "black", ""},
    {"en", "A: Hi / U: I'm a big fan of jazz.", "jazz", ""},
    {"en", "A: Hi / U: I'm not a fan of jazz.", "", "jazz"},
    {"en", "A: Hi / U: I'm not keen on spicy food.", "", "spicy"},
    {"en", "A: Hi / U: I enjoy spicy food.", "spicy", ""},
    {"en", "A: Hi / U: I usually order the lasagna.", "lasagna", ""},
    {"en", "A: Hi / U: I'd rather sit outside.", "outside", ""},
    {"en", "A: Hi / U: I'd rather not sit near the kitchen.", "", "kitchen"},
    {"en", "A: Hi / U: A quiet table would be great.", "quiet table", ""},
    {"en", "A: Hi / U: Somewhere quiet, please.", "quiet", ""},
    {"en", "A: Hi / U: I always fly business class.", "business class", ""},
    {"en", "A: Hi / U: Ground floor only, please.", "ground floor", ""},
    {"en", "A: Hi / U: I want a female doctor.", "female", ""},
    {"en", "A: Hi / U: I'd feel more comfortable with a female doctor.", "female", ""},
    {"en", "A: Hi / U: Please always ring the side bell.", "side bell", ""},
    {"en", "A: Hi / U: Leave it behind the gate.", "gate", ""},
    {"en", "A: Hi / U: Just leave it with my neighbour Tom.", "neighbour", ""},
    {"en", "A: Hi / U: My favourite colour is blue.", "blue", ""},
    {"en", "A: Hi / U: I love the almond croissants.", "almond croissant", ""},
    {"en", "A: Hi / U: I hate the almond croissants.", "", "croissant"},
    {"en", "A: Hi / U: I prefer paper bills.", "paper", ""},
    {"en", "A: Hi / U: I'd like to go paperless.", "paperless", ""},
    {"en", "A: Hi / U: I prefer to be called after 6 pm.", "6 pm", ""},
    {"en", "A: Hi / U: i'd rather get a text than an email", "text", "email"},
    {"en", "A: Hi / U: I can't drink alcohol.", "alcohol", ""},
    {"en", "A: Hi / U: We always ask for extra pillows.", "extra pillows", ""},
    {"en", "A: Hi / U: Please speak slowly, English isn't my first language.", "slowly", ""},
    {"en", "A: Hi / U: I'd be happier with a morning slot.", "morning", ""},
    {"en", "A: Hi / U: Mornings suit me better than afternoons.", "morning", "afternoon"},
    {"en", "A: Do you want a callback on your mobile? / U: Email would be better.", "email", ""},
    {"en", "A: Which language do you prefer? / U: French.", "french", ""},
    {"en", "A: How would you like to pay? / U: By card.", "card", ""},
    {"en", "A: Anything I should note? / U: I'm hard of hearing and I prefer texts.", "hard of hearing|text",
     ""},
    {"en", "A: Hi / U: My wife prefers email but I'd rather get texts.", "text", "email"},
    {"en", "A: Hi / U: If I preferred email I would have said so.", "", "email"},
    {"en", "A: Hi / U: Is email better for you?", "", "email"},
    {"en", "A: Hello. / U: i'm pregnant and i need a seat near the exit", "exit", ""},
    {"en", "A: Hi / U: No onions on my burger, please, and extra pickles.", "", "onion"},
    {"en", "A: Hi / U: Extra pickles, please.", "pickles", ""},
    {"en", "A: Hi / U: I like it spicy.", "spicy", ""},
    {"en", "A: Hi / U: I always have the soup.", "soup", ""},
    {"en", "A: Which day works? / U: Thursday works for me.", "thursday", ""},
    {"en", "A: Morning or evening? / U: Evening is better.", "evening", ""},
    {"en", "A: Morning or evening? / U: Definitely evening, I'm not a morning person.", "evening", "morning"},
    {"en", "A: Do you prefer a call or an email? / U: A call.", "call", ""},
    {"en", "A: Do you prefer a call or an email? / U: I don't mind.", "", "call|email"},
    {"en", "A: Shall I send it by email or post? / U: Post, I don't have email.", "post", "email"},
    {"en", "A: Hi / U: I don't like being called during work, so send me a message.", "message", ""},
    {"en", "A: Hi / U: It's easier if you text me.", "text", ""},
    {"en", "A: Hi / U: The best way to reach me is WhatsApp.", "whatsapp", ""},
    {"en", "A: Hi / U: My preferred contact method is email.", "email", ""},
    {"en", "A: Hi / U: I'd rather be emailed.", "email", ""},
    {"en", "A: Hi / U: Let's stick to email.", "email", ""},
    {"en", "A: Hi / U: Email only, please.", "email", ""},
    {"en", "A: Hi / U: Never phone me, always write.", "write", ""},
    {"en", "A: Hi / U: I prefer the train to flying.", "train", "flying"},
    {"en", "A: Hi / U: I'd choose the train over the bus any day.", "train", "bus"},
    {"en", "A: Hi / U: Trains, not buses.", "", "buses"},
    {"en", "A: Hi / U: Window seat please, never the aisle.", "window", "aisle"},
    {"en", "A: Hi / U: I need a ground floor room because of my knees.", "ground floor", ""},
    {"en", "A: Hi / U: I can't climb stairs.", "stairs", ""},
    {"en", "A: Hi / U: I'm pescatarian.", "pescatarian", ""},
    {"en", "A: Hi / U: I don't eat meat.", "meat", ""},
    {"en", "A: Hi / U: I'm vegetarian but I do eat fish.", "vegetarian", ""},
    {"en", "A: Hi / U: My partner's vegan.", "", "vegan"},
    {"en", "A: Hi / U: Are you allergic to peanuts?", "", "peanut"},
    {"en", "A: Hi / U: I'm no longer vegetarian.", "", "vegetarian"},
    {"en", "A: Hi / U: I was vegan once.", "", "vegan"},
    {"en", "A: Hi / U: I think I might be allergic to latex.", "latex", ""},
    {"en", "A: Hi / U: I only eat halal.", "halal", ""},
    {"en", "A: Hi / U: It has to be halal.", "halal", ""},
    {"en", "A: Hi / U: Is the chicken halal?", "", "halal"},
    {"en", "A: Hi / U: I use a hearing aid.", "hearing aid", ""},
    {"en", "A: Hi / U: I'm visually impaired.", "visually impaired", ""},
    {"en", "A: Hi / U: I have type 1 diabetes.", "diabetes", ""},
    {"en", "A: Hi / U: I take my tea with milk and two sugars.", "milk", ""},
    {"en", "A: Hi / U: Black coffee for me, thanks.", "black coffee", ""},
    {"en", "A: Hi / U: I'd love some oat milk.", "oat milk", ""},
    {"en", "A: Hi / U: I can't do mornings, evenings only.", "evening", "morning"},
    {"en", "A: Hi / U: Mondays are bad for me.", "", "monday"},
    {"en", "A: Hi / U: Ring twice and leave the parcel in the shed.", "shed", ""},
    {"en", "A: Hi / U: I'm a vegetarian.", "vegetarian", ""},
    {"en", "A: Hi / U: We're both vegans.", "vegan", ""},
    {"en", "A: Which brand? / U: I only buy Bosch.", "bosch", ""},
    {"en", "A: Which brand? / U: Bosch.", "bosch", ""},
    {"en", "A: Hi / U: I hate waiting.", "", "waiting"},
    {"en", "A: Hi / U: I love hiking and I hate crowds.", "hiking", "crowds"},
    {"en", "A: Hi / U: I don't do decaf.", "", "decaf"},
    {"en", "A: Hi / U: Anything but decaf.", "", "decaf"},
    {"en", "A: Decaf? / U: Yes please.", "decaf", ""},
    {"en", "A: Is afternoon okay? / U: Yes, afternoon is perfect.", "afternoon", ""},
    {"en", "A: Would Tuesday morning suit you? / U: Yes.", "tuesday morning", ""},
    {"en", "A: Can we call you in the morning? / U: No, after lunch please.", "after lunch", "morning"},
    {"en", "A: Would you like a smoking room? / U: No, a non-smoking room.", "non-smoking room", ""},
    {"en", "A: Should we call you in the morning? / U: No, in the afternoon.", "afternoon", "morning"},
    {"en", "A: Shall I text you? / U: No, email.", "email", "text"},
    {"en", "A: Would you like a window seat? / U: No, the aisle, thanks.", "aisle", "window"},
    {"en", "A: Were you in the window seat? / U: No, the aisle.", "", "aisle|window"},
    {"en", "A: Did you call this morning? / U: No, in the afternoon.", "", "afternoon|morning"},
    {"en", "A: Did you get our text? / U: No, just the email.", "", "email|text"},
    {"en", "A: Shall I text you? / U: No, the email never came.", "", "email|text"},
    {"en", "A: Would you like a twin room? / U: No, a double room this time.", "", "double|twin"},
    {"en", "A: Would you like a window seat? / U: No, not the aisle.", "", "aisle|window"},
    {"en", "A: Do you want coffee? / U: no i prefer tea", "tea", "coffee"},
    {"en", "A: Shall I ring you? / U: no text me please", "text", ""},
    {"en", "A: Shall I ring you? / U: no just email me", "email", ""},
    {"en", "A: Shall I ring you? / U: no calls please", "", "call"},
    {"en", "A: Any milk? / U: no milk for me", "no milk", ""},
    {"fr", "A: On vous appelle ? / U: non je préfère un mail", "mail", ""},
    {"fr", "A: On vous appelle ? / U: non je ne préfère pas les mails", "", "mail"},
    {"es", "A: ¿Le llamamos? / U: no prefiero el correo", "", "correo"},
    {"de", "A: Möchten Sie einen Fensterplatz? / U: Nein, am Gang.", "gang", "fenster"},
    {"de", "A: Soll ich Ihnen eine SMS schicken? / U: Nein, eine E-Mail.", "mail", "sms"},
    {"de", "A: Kam er morgens? / U: Nein, nachmittags.", "", "nachmittag"},
    {"fr", "A: Vous voulez une place côté fenêtre ? / U: Non, côté couloir.", "couloir", "fenêtre"},
    {"fr", "A: C'était le matin ? / U: Non, l'après-midi.", "", "midi|matin"},
    {"es", "A: ¿Quiere ventanilla? / U: No, pasillo.", "pasillo", "ventanilla"},
    {"es", "A: ¿Le mando un SMS? / U: No, por favor mándemelo por correo.", "correo", "sms"},
    {"es", "A: ¿Llegó por la mañana? / U: No, por la tarde.", "", "tarde|mañana"},
    {"it", "A: Vuole il finestrino? / U: No, il corridoio.", "corridoio", "finestrino"},
    {"it", "A: È arrivato la mattina? / U: No, il pomeriggio.", "", "pomeriggio|mattina"},
    {"pt", "A: Quer janela? / U: Não, corredor.", "corredor", "janela"},
    {"pt", "A: Chegou de manhã? / U: Não, à tarde.", "", "tarde|manhã"},
    {"en", "A: Which do you like better, jazz or rock? / U: Jazz, by far.", "jazz", ""},
    {"en", "A: What's your favourite dish? / U: Lasagne.", "lasagne", ""},
    {"en", "A: How should we contact you? / U: WhatsApp is fine.", "whatsapp", ""},
    {"en", "A: How should we contact you? / U: Just text me.", "text", ""},
    {"es", "A: Hola / U: Soy vegetariana y soy alérgica al marisco.", "vegetariana|marisco", ""},
    {"es", "A: Hola / U: Prefiero que me escriban por correo electrónico, no soporto las llamadas.", "correo",
     "llamadas"},
    {"es", "A: ¿A qué hora le viene bien? / U: Por la tarde, las mañanas no puedo.", "tarde", ""},
    {"es", "A: Hola / U: Me encanta sentarme cerca de la ventana.", "ventana", ""},
    {"de", "A: Hallo / U: Ich bin Vegetarierin und allergisch gegen Soja.", "vegetarierin|soja", ""},
    {"de", "A: Hallo / U: Ich bin Vegetarierin und ich bin allergisch gegen Sesam.", "vegetarierin|sesam",
     ""},
    {"de", "A: Hallo / U: Bitte schreiben Sie mir eine E-Mail, ich mag keine Anrufe.", "mail", "anruf"},
    {"de", "A: Wann passt es Ihnen? / U: Nachmittags, vormittags geht es nie.", "nachmittag", ""},
    {"de", "A: Hallo / U: Ich trinke lieber Tee als Kaffee.", "tee", "kaffee"},
    {"de", "A: Hallo / U: Ich sitze am liebsten vorne.", "vorne", ""},
    {"de", "A: Hallo / U: Rufen Sie mich bitte nie vor zehn Uhr an.", "zehn", ""},
    {"fr", "A: Bonjour / U: Je suis végétarienne et allergique aux crevettes.", "végétarienne|crevettes", ""},
    {"fr", "A: Bonjour / U: Je suis végétarienne et je suis allergique aux crevettes.",
     "végétarienne|crevettes", ""},
    {"fr", "A: Bonjour / U: Envoyez-moi plutôt un mail, je ne supporte pas le téléphone.", "mail",
     "téléphone"},
    {"fr", "A: Quand êtes-vous disponible ? / U: Je préfère l'après-midi, le matin ça ne me convient jamais.",
     "après-midi", ""},
    {"fr", "A: Bonjour / U: Je préfère le thé au café.", "thé", "café"},
    {"fr", "A: Bonjour / U: J'adore être assise devant.", "devant", ""},
    {"it", "A: Buongiorno / U: Sono vegetariana e sono allergica ai gamberi.", "vegetariana|gamberi", ""},
    {"it", "A: Buongiorno / U: Mi scriva una mail, non sopporto le telefonate.", "mail", "telefonat"},
    {"it", "A: Quando le va bene? / U: Preferirei il pomeriggio, la mattina non posso mai.", "pomeriggio",
     ""},
    {"pt", "A: Bom dia / U: Sou vegetariana e sou alérgica a camarão.", "vegetariana|camarão", ""},
    {"pt", "A: Bom dia / U: Mande-me um email, não suporto telefonemas.", "email", ""},
    {"pt", "A: Bom dia / U: Me manda mensagem no WhatsApp, não suporto ligações.", "whatsapp", ""},
    {"pt", "A: Quando prefere? / U: Prefiro à tarde, de manhã nunca posso.", "tarde", ""},
    {"es", "A: Hola / U: Soy alérgico a los gatos.", "gatos", ""},
    {"es", "A: Hola / U: Prefiero el tren al avión.", "tren", "avión"},
    {"es", "A: Hola / U: Mándeme un WhatsApp, por favor.", "whatsapp", ""},
    {"es", "A: Hola / U: Nunca me llame antes de las diez.", "diez", ""},
    {"es", "A: Hola / U: Voy en silla de ruedas.", "silla de ruedas", ""},
    {"es", "A: Hola / U: No como carne.", "carne", ""},
    {"es", "A: Hola / U: Mi color favorito es el verde.", "verde", ""},
    {"es", "A: ¿Té o café? / U: Té, por favor.", "té", ""},
    {"es", "A: ¿Alguna alergia? / U: Al marisco.", "marisco", ""},
    {"es", "A: ¿Alguna alergia? / U: No, ninguna.", "", "ninguna"},
    {"es", "A: Hola / U: ¿Tienen opciones veganas?", "", "vegan"},
    {"es", "A: Hola / U: Odio esperar.", "", "esperar"},
    {"es", "A: Hola / U: Mejor por la tarde.", "tarde", ""},
    {"de", "A: Guten Tag / U: Am liebsten per WhatsApp.", "whatsapp", ""},
    {"de", "A: Guten Tag / U: Rufen Sie mich lieber abends an.", "abends", ""},
    {"de", "A: Guten Tag / U: Ich hätte gern einen Fensterplatz.", "fensterplatz", ""},
    {"de", "A: Guten Tag / U: Ich bin laktoseintolerant.", "laktose", ""},
    {"de", "A: Guten Tag / U: Ich habe eine Nussallergie.", "nussallergie", ""},
    {"de", "A: Guten Tag / U: Ich sitze im Rollstuhl.", "rollstuhl", ""},
    {"de", "A: Guten Tag / U: Ich esse kein Schweinefleisch.", "schweinefleisch", ""},
    {"de", "A: Guten Tag / U: Meine Frau ist Veganerin.", "", "vegan"},
    {"de", "A: Guten Tag / U: Haben Sie vegane Gerichte?", "", "vegan"},
    {"de", "A: Tee oder Kaffee? / U: Lieber Tee.", "tee", "kaffee"},
    {"de", "A: Haben Sie Allergien? / U: Ja, gegen Sellerie.", "sellerie", ""},
    {"de", "A: Guten Tag / U: Bitte stellen Sie das Paket bei der Nachbarin ab.", "nachbarin", ""},
    {"de", "A: Guten Tag / U: Können wir Englisch sprechen?", "englisch", ""},
    {"fr", "A: Bonjour / U: Contactez-moi par SMS.", "sms", ""},
    {"fr", "A: Bonjour / U: J'aime mieux le train que l'avion.", "train", "avion"},
    {"fr", "A: Bonjour / U: Jamais avant dix heures.", "dix", ""},
    {"fr", "A: Bonjour / U: Je suis en fauteuil roulant.", "fauteuil roulant", ""},
    {"fr", "A: Bonjour / U: Je ne mange pas de porc.", "porc", ""},
    {"fr", "A: Bonjour / U: Je suis intolérante au lactose.", "lactose", ""},
    {"fr", "A: Des allergies ? / U: Aux fruits de mer.", "fruits de mer", ""},
    {"fr", "A: Thé ou café ? / U: Un thé, s'il vous plaît.", "thé", ""},
    {"fr", "A: Bonjour / U: Mon mari est végétarien.", "", "végétarien"},
    {"fr", "A: Bonjour / U: Laissez le colis chez le gardien.", "gardien", ""},
    {"it", "A: Pronto / U: Preferisco il treno all'aereo.", "treno", "aereo"},
    {"it", "A: Pronto / U: Mi chiami solo dopo le sei.", "dopo le sei", ""},
    {"it", "A: Pronto / U: Sono intollerante al lattosio.", "lattosio", ""},
    {"it", "A: Ha allergie? / U: Sì, alle noci.", "noci", ""},
    {"it", "A: Tè o caffè? / U: Un tè, grazie.", "tè", ""},
    {"it", "A: Pronto / U: Sono in sedia a rotelle.", "sedia a rotelle", ""},
    {"it", "A: Pronto / U: Mio marito è vegano.", "", "vegan"},
    {"pt", "A: Olá / U: Prefiro o comboio ao avião.", "comboio", "avião"},
    {"pt", "A: Olá / U: Nunca me ligue antes das dez.", "dez", ""},
    {"pt", "A: Olá / U: Sou intolerante à lactose.", "lactose", ""},
    {"pt", "A: Tem alergias? / U: Sim, a camarão.", "camarão", ""},
    {"pt", "A: Chá ou café? / U: Chá, por favor.", "chá", ""},
    {"pt", "A: Olá / U: Uso cadeira de rodas.", "cadeira de rodas", ""},
    {"pt", "A: Olá / U: O meu marido é vegano.", "", "vegan"},
    /* More than a bare answer; what holds this time only; what is no wish. */
    {"en", "A: Any dietary requirements? / U: Vegan, and no nuts please.", "vegan|no nuts", NULL},
    {"en", "A: Any needs? / U: I use a wheelchair, so a ground floor room please.", "wheelchair|ground floor",
     NULL},
    {"en", "A: Hi / U: I'm celiac, is the bread gluten free?", "celiac", NULL},
    {"en", "A: Hi / U: I'd love a table by the fireplace.", "fireplace", NULL},
    {"en", "A: Hi / U: I want to be texted, not called.", "text", "phone"},
    {"en", "A: How can we reach you? / U: Never by phone, always by email.", "email", "phone"},
    {"en", "A: Hi / U: Could I have Sara this time instead of Tom?", "", "Sara"},
    {"en", "A: Hi / U: A table for two tomorrow at eight please.", "", "eight"},
    {"en", "A: Hi / U: Don't call, I'm at work.", "", "I'm"},
    {"en", "A: Hi / U: I'd like a gift card for my mother.", "", "gift"},
    {"en", "A: Can I call you Beth? / U: Yes, Beth is fine.", "", "phone"},
    {"en", "A: Hi / U: Please ring before you come, don't use the bell.", "ring before you come|the bell",
     NULL},
    {"de", "A: Hallo / U: Bitte schicken Sie mir die Rechnung per E-Mail.", "E-Mail", "Rechnung"},
};

static const struct mood_case mood_cases[] = {
    {"en", "A: Hi. / U: I'm fine, thanks, just calling about my bill.", SENTIMENT_NEUTRAL},
    {"en", "A: Hi / U: this is ridiculous", SENTIMENT_NEGATIVE},
    {"en", "A: Hello / U: I'm really upset.", SENTIMENT_NEGATIVE},
    {"en", "A: hi / U: Thanks for nothing.", SENTIMENT_NEGATIVE},
    {"en", "A: hi / U: Oh great, another delay.", SENTIMENT_NEGATIVE},
    {"en", "A: hi / U: OK, thank you, bye.", SENTIMENT_NEUTRAL},
    {"en", "A: hi / U: Great, thanks.", SENTIMENT_NEUTRAL},
    {"en", "A: hi / U: I'm not happy with this.", SENTIMENT_NEGATIVE},
    {"en", "A: hi / U: That's not bad at all, I'm impressed.", SENTIMENT_POSITIVE},
    {"en", "A: hi / U: This is the best service I've ever had!", SENTIMENT_POSITIVE},
    {"en", "A: hi / U: I've been waiting for three weeks and nobody calls back.", SENTIMENT_NEGATIVE},
    {"en", "A: hi / U: My heating is broken. / A: We'll send someone. / U: Okay.", SENTIMENT_NEUTRAL},
    {"en", "A: hi / U: I'm so frustrated. / A: Fixed. / U: Oh wow, thank you so much, you've been amazing!",
     SENTIMENT_POSITIVE},
    {"en",
     "A: hi / U: You've been great. / A: It will take six more weeks. / U: Are you kidding? That's "
     "unacceptable, I'm furious.",
     SENTIMENT_NEGATIVE},
    {"en", "A: hi / U: I'd like to know your opening hours.", SENTIMENT_NEUTRAL},
    {"en", "A: hi / U: Could you tell me where my order is?", SENTIMENT_NEUTRAL},
    {"en", "A: hi / U: I'm so glad you could help, what a relief!", SENTIMENT_POSITIVE},
    {"en", "A: hi / U: You people are useless.", SENTIMENT_NEGATIVE},
    {"en", "A: hi / U: I am very disappointed with the service.", SENTIMENT_NEGATIVE},
    {"en", "A: hi / U: I'm really pleased with how this went.", SENTIMENT_POSITIVE},
    {"en", "A: hi / U: This is the third time I'm calling and it's still broken.", SENTIMENT_NEGATIVE},
    {"en", "A: hi / U: Wonderful, so now I have to wait another week.", SENTIMENT_NEGATIVE},
    {"en", "A: hi / U: You're a lifesaver, thank you!", SENTIMENT_POSITIVE},
    {"en", "A: hi / U: It wasn't great.", SENTIMENT_NEGATIVE},
    {"en", "A: hi / U: I can't complain, everything works perfectly.", SENTIMENT_POSITIVE},
    {"en", "A: hi / U: Yes, that's correct.", SENTIMENT_NEUTRAL},
    {"en", "A: hi / U: I lost my card and need a new one.", SENTIMENT_NEUTRAL},
    {"en", "A: hi / U: That's perfect, thank you so much!", SENTIMENT_POSITIVE},
    {"en", "A: hi / U: Well that was a complete waste of time.", SENTIMENT_NEGATIVE},
    {"en", "A: hi / U: I'm going to cancel if this isn't fixed, it's a joke.", SENTIMENT_NEGATIVE},
    {"en", "A: hi / U: Love it, thanks a million!", SENTIMENT_POSITIVE},
    {"en", "A: hi / U: Just what I needed, another broken delivery.", SENTIMENT_NEGATIVE},
    {"en", "A: hi / U: I'm worried my parcel won't arrive in time.", SENTIMENT_NEGATIVE},
    {"en", "A: Hi / U: Fantastic, you fixed it!", SENTIMENT_POSITIVE},
    {"en", "A: Hi / U: I really appreciate your help today.", SENTIMENT_POSITIVE},
    {"en", "A: Hi / U: That's awful.", SENTIMENT_NEGATIVE},
    {"en", "A: Hi / U: Ugh, not again.", SENTIMENT_NEGATIVE},
    {"en", "A: Hi / U: I give up, nobody ever answers.", SENTIMENT_NEGATIVE},
    {"en", "A: Hi / U: This has been a nightmare from start to finish.", SENTIMENT_NEGATIVE},
    {"en", "A: Hi / U: What kind of company does this? Shame on you.", SENTIMENT_NEGATIVE},
    {"en", "A: Hi / U: I'm fed up with this.", SENTIMENT_NEGATIVE},
    {"en", "A: Hi / U: I can't believe how easy that was, amazing!", SENTIMENT_POSITIVE},
    {"en", "A: Hi / U: I couldn't be happier.", SENTIMENT_POSITIVE},
    {"en", "A: Hi / U: I've never been so happy with a service.", SENTIMENT_POSITIVE},
    {"en", "A: Hi / U: I've never been treated so badly.", SENTIMENT_NEGATIVE},
    {"en", "A: Hi / U: Not impressed.", SENTIMENT_NEGATIVE},
    {"en", "A: Hi / U: It's okay I guess.", SENTIMENT_NEUTRAL},
    {"en", "A: Hi / U: I need to change my address.", SENTIMENT_NEUTRAL},
    {"en", "A: Hi / U: Yes please, Tuesday is fine.", SENTIMENT_NEUTRAL},
    {"en", "A: Hi / U: No problem, thanks for checking.", SENTIMENT_NEUTRAL},
    {"en", "A: Hi / U: My order hasn't arrived yet. Can you check?", SENTIMENT_NEUTRAL},
    {"en", "A: Hi / U: There's a problem with my bill, it seems too high.", SENTIMENT_NEUTRAL},
    {"en", "A: Hi / U: Brilliant. Now I've missed my flight because of you.", SENTIMENT_NEGATIVE},
    {"en", "A: Hi / U: Well, isn't that just perfect. Broken again.", SENTIMENT_NEGATIVE},
    {"en", "A: Hi / U: Sure, take your time, I've only been waiting an hour.", SENTIMENT_NEGATIVE},
    {"en", "A: Hi / U: You have made my day, thank you!", SENTIMENT_POSITIVE},
    {"en", "A: Hi / U: That's great news, I'm so relieved!", SENTIMENT_POSITIVE},
    {"en", "A: Hi / U: I want my money back, this is theft.", SENTIMENT_NEGATIVE},
    {"en", "A: Hi / U: I'm a little disappointed, to be honest.", SENTIMENT_NEGATIVE},
    {"en", "A: Hi / U: I was annoyed at first but you've been really helpful, thanks!", SENTIMENT_POSITIVE},
    {"en", "A: Hi / U: It's not your fault, but I'm really angry.", SENTIMENT_NEGATIVE},
    {"en", "A: Hi / U: Can I speak to a manager? This is a joke.", SENTIMENT_NEGATIVE},
    {"en", "A: Hi / U: Everything works now, you're a star.", SENTIMENT_POSITIVE},
    {"en", "A: Hi / U: I love this company, always have.", SENTIMENT_POSITIVE},
    {"en", "A: Hi / U: Perfect, thank you, goodbye.", SENTIMENT_NEUTRAL},
    {"en", "A: Hi / U: Thanks for your help, bye!", SENTIMENT_NEUTRAL},
    {"en", "A: Hi / U: I'd like to book a table for four tonight.", SENTIMENT_NEUTRAL},
    {"en", "A: Hello. / U: i'm not happy", SENTIMENT_NEGATIVE},
    {"en", "A: Hello. / U: i am so angry right now", SENTIMENT_NEGATIVE},
    {"en", "A: Hi / U: I'm over the moon with the new bike.", SENTIMENT_POSITIVE},
    {"en", "A: Hi / U: You've been more than helpful.", SENTIMENT_POSITIVE},
    {"en", "A: Hi / U: Thank you ever so much, you're very kind.", SENTIMENT_POSITIVE},
    {"en", "A: Hi / U: Excellent service as always.", SENTIMENT_POSITIVE},
    {"en", "A: Hi / U: That's brilliant, cheers!", SENTIMENT_POSITIVE},
    {"en", "A: Hi / U: Thank you, that was really helpful.", SENTIMENT_POSITIVE},
    {"en", "A: Hi / U: Great service, three weeks late.", SENTIMENT_NEGATIVE},
    {"en", "A: Hi / U: Oh wonderful, you lost it again.", SENTIMENT_NEGATIVE},
    {"en", "A: Hi / U: How nice of you to finally answer.", SENTIMENT_NEGATIVE},
    {"en", "A: Hi / U: This is absolutely unacceptable.", SENTIMENT_NEGATIVE},
    {"en", "A: Hi / U: I'm sick of calling you.", SENTIMENT_NEGATIVE},
    {"en", "A: Hi / U: I'm really worried about my account.", SENTIMENT_NEGATIVE},
    {"en", "A: Hi / U: I'm so upset I could cry.", SENTIMENT_NEGATIVE},
    {"en", "A: Hi / U: It's fine.", SENTIMENT_NEUTRAL},
    {"en", "A: Hi / U: I'm calling to check my balance.", SENTIMENT_NEUTRAL},
    {"en", "A: Hi / U: No.", SENTIMENT_NEUTRAL},
    {"en", "A: Hi / U: Could you repeat that please?", SENTIMENT_NEUTRAL},
    {"en", "A: Hi / U: I broke my phone and want to insure the next one.", SENTIMENT_NEUTRAL},
    {"en", "A: Hi / U: My mother passed away and I need to close her account.", SENTIMENT_NEUTRAL},
    {"en", "A: Hi / U: I don't hate it.", SENTIMENT_NEUTRAL},
    {"en", "A: Hi / U: I wouldn't say I'm unhappy.", SENTIMENT_NEUTRAL},
    {"en", "A: Hi / U: I'm not angry, just checking.", SENTIMENT_NEUTRAL},
    {"en", "A: Hi / U: That wasn't helpful at all.", SENTIMENT_NEGATIVE},
    {"en", "A: Hi / U: You weren't any help.", SENTIMENT_NEGATIVE},
    {"en", "A: Hi / U: Worst experience ever. / A: I fixed it. / U: OK bye.", SENTIMENT_NEGATIVE},
    {"en",
     "A: Hi / U: This is terrible! / A: I've refunded everything and added a voucher. / U: Oh, that's "
     "wonderful, thank you so much!",
     SENTIMENT_POSITIVE},
    {"en", "A: Hi / U: Thanks, you've been lovely. / A: The refund is denied. / U: What? That's outrageous!",
     SENTIMENT_NEGATIVE},
    {"en", "A: Hi / U: finally someone who knows what they're doing, thank you", SENTIMENT_POSITIVE},
    {"en", "A: Hi / U: i love you guys", SENTIMENT_POSITIVE},
    {"en", "A: Hi / U: this sucks", SENTIMENT_NEGATIVE},
    {"en", "A: Hi / U: whatever, fine, just cancel it", SENTIMENT_NEUTRAL},
    {"es", "A: Hola / U: Estoy indignado, llevo un mes sin internet.", SENTIMENT_NEGATIVE},
    {"es", "A: Hola / U: Muchísimas gracias, ha sido usted muy amable.", SENTIMENT_POSITIVE},
    {"es", "A: Hola / U: Vale, gracias.", SENTIMENT_NEUTRAL},
    {"es", "A: Hola / U: Genial, otro retraso.", SENTIMENT_NEGATIVE},
    {"de", "A: Hallo / U: Das ist eine Unverschämtheit, ich bin stinksauer!", SENTIMENT_NEGATIVE},
    {"de", "A: Hallo / U: Vielen Dank, Sie waren wirklich sehr freundlich!", SENTIMENT_POSITIVE},
    {"de", "A: Hallo / U: Okay, danke.", SENTIMENT_NEUTRAL},
    {"de", "A: Hallo / U: Na toll, schon wieder eine Verspätung.", SENTIMENT_NEGATIVE},
    {"de", "A: Hallo / U: Ich bin nicht zufrieden.", SENTIMENT_NEGATIVE},
    {"fr", "A: Bonjour / U: Je suis furieux, c'est inadmissible !", SENTIMENT_NEGATIVE},
    {"fr", "A: Bonjour / U: Merci infiniment, vous avez été formidable !", SENTIMENT_POSITIVE},
    {"fr", "A: Bonjour / U: D'accord, merci.", SENTIMENT_NEUTRAL},
    {"fr", "A: Bonjour / U: Super, encore un retard.", SENTIMENT_NEGATIVE},
    {"fr", "A: Bonjour / U: Je ne suis pas content du tout.", SENTIMENT_NEGATIVE},
    {"it", "A: Buongiorno / U: È vergognoso, aspetto da un mese.", SENTIMENT_NEGATIVE},
    {"it", "A: Buongiorno / U: Grazie mille, è stata gentilissima!", SENTIMENT_POSITIVE},
    {"it", "A: Buongiorno / U: Va bene, grazie.", SENTIMENT_NEUTRAL},
    {"it", "A: Buongiorno / U: Perfetto, un altro ritardo.", SENTIMENT_NEGATIVE},
    {"pt", "A: Bom dia / U: Isto é uma vergonha, estou há um mês à espera.", SENTIMENT_NEGATIVE},
    {"pt", "A: Bom dia / U: Muito obrigada, foi muito simpático!", SENTIMENT_POSITIVE},
    {"pt", "A: Bom dia / U: Está bem, obrigado.", SENTIMENT_NEUTRAL},
    {"pt", "A: Bom dia / U: Que ótimo, mais um atraso.", SENTIMENT_NEGATIVE},
    {"es", "A: Hola / U: Es un desastre, nadie contesta.", SENTIMENT_NEGATIVE},
    {"es", "A: Hola / U: No estoy nada contenta.", SENTIMENT_NEGATIVE},
    {"es", "A: Hola / U: ¡Qué maravilla, es usted un sol!", SENTIMENT_POSITIVE},
    {"es", "A: Hola / U: Quiero cambiar mi cita.", SENTIMENT_NEUTRAL},
    {"es", "A: Hola / U: Perfecto, gracias.", SENTIMENT_NEUTRAL},
    {"de", "A: Guten Tag / U: Das ist ja lächerlich.", SENTIMENT_NEGATIVE},
    {"de", "A: Guten Tag / U: Super, vielen lieben Dank, Sie haben mir sehr geholfen!", SENTIMENT_POSITIVE},
    {"de", "A: Guten Tag / U: Ich möchte meinen Vertrag kündigen.", SENTIMENT_NEUTRAL},
    {"de", "A: Guten Tag / U: Ich warte schon seit drei Wochen!", SENTIMENT_NEGATIVE},
    {"de", "A: Guten Tag / U: Gut, danke, tschüss.", SENTIMENT_NEUTRAL},
    {"fr", "A: Bonjour / U: C'est scandaleux, personne ne répond.", SENTIMENT_NEGATIVE},
    {"fr", "A: Bonjour / U: Vous êtes vraiment très gentille.", SENTIMENT_POSITIVE},
    {"fr", "A: Bonjour / U: Je voudrais modifier ma réservation.", SENTIMENT_NEUTRAL},
    {"fr", "A: Bonjour / U: Merci pour rien.", SENTIMENT_NEGATIVE},
    {"it", "A: Pronto / U: È una vergogna!", SENTIMENT_NEGATIVE},
    {"it", "A: Pronto / U: Siete stati bravissimi, grazie di cuore!", SENTIMENT_POSITIVE},
    {"it", "A: Pronto / U: Vorrei disdire l'appuntamento.", SENTIMENT_NEUTRAL},
    {"pt", "A: Olá / U: Isto é uma vergonha, ninguém atende.", SENTIMENT_NEGATIVE},
    {"pt", "A: Olá / U: Vocês são incríveis, adorei o atendimento!", SENTIMENT_POSITIVE},
    {"pt", "A: Olá / U: Quero remarcar a consulta.", SENTIMENT_NEUTRAL},
    {"en", "A: hi / U: I'd like to file a complaint about noise from my neighbours.", SENTIMENT_NEUTRAL},
    {"en", "A: hi / U: Never had such a great stay!", SENTIMENT_POSITIVE},
    {"en", "A: hi / U: Never had such a terrible stay!", SENTIMENT_NEGATIVE},
    {"en", "A: hi / U: My mother isn't happy about moving, anyway I need a van.", SENTIMENT_NEUTRAL},
    {"en", "A: hi / U: Great job losing my luggage.", SENTIMENT_NEGATIVE},
    {"en", "A: hi / U: Please stop calling me.", SENTIMENT_NEGATIVE},
    {"it", "A: Salve / U: Sono arrabbiatissimo, è la terza volta!", SENTIMENT_NEGATIVE},
    {"es", "A: Hola / U: Quiero poner una queja por el ruido.", SENTIMENT_NEUTRAL},
    {"pt", "A: Olá / U: Que absurdo, ninguém resolve nada!", SENTIMENT_NEGATIVE},
};

struct fact_case {
    const char *language, *talk;
    enum kind kind;
    const char *slot, *value, *text; /* NULL: whatever it is */
    const char *due;                 /* "": no day */
};

/* The calls are on Monday 2 March 2026. */
static const struct fact_case fact_cases[] = {
    {"en", "A: Hi / U: I work as a bus driver.", KIND_FACT, "work", "bus driver", "Works as: bus driver", ""},
    {"en", "A: Hi / U: I'm a nurse.", KIND_FACT, "work", "nurse", "Works as: nurse", ""},
    {"en", "A: Hi / U: My daughter Zosia can't wait.", KIND_FACT, "family.daughter", "Zosia",
     "Family: daughter, Zosia", ""},
    {"en", "A: Hi / U: My son's name is Oscar.", KIND_FACT, "family.son", "Oscar", NULL, ""},
    {"en", "A: Hi / U: My dog Rex is sick.", KIND_FACT, "pet.dog", "Rex", "Pet: dog, Rex", ""},
    {"en", "A: Hi / U: We live at 12 Mill Road.", KIND_FACT, "address", NULL,
     "Says: \"We live at 12 Mill Road\"", ""},
    {"en", "A: Hi / U: My address is 4 Quay Street, Dover.", KIND_FACT, "address", "4 Quay Street, Dover",
     "Address: 4 Quay Street, Dover", ""},
    {"en", "A: Hi / U: I drive a Volvo.", KIND_FACT, "owns.volvo", "Volvo", "Has: Volvo", ""},
    {"en", "A: Hi / U: My birthday is on the fifth of May.", KIND_FACT, "birthday", "fifth of May", NULL,
     "2026-05-05"},
    {"en", "A: Hi / U: My husband is vegetarian.", KIND_FACT, "family.husband.need", "husband: vegetarian",
     "husband is vegetarian", ""},
    {"en", "A: Hi / U: I am Polish.", KIND_FACT, "origin", "Polish", NULL, ""},
    {"en", "A: Hi / U: I hate phone calls.", KIND_PREFERENCE, "like.phone-calls", "phone calls",
     "Does not want: phone calls", ""},
    {"en", "A: Hi / U: Please email me.", KIND_PREFERENCE, "contact.channel", "email",
     "Prefers to be reached by: email", ""},
    {"en", "A: Hi / U: Please text me instead.", KIND_PREFERENCE, "contact.channel", "text", NULL, ""},
    {"en", "A: Hi / U: I love tea.", KIND_PREFERENCE, "like.tea", "tea", "Prefers: tea", ""},
    {"en", "A: Hi / U: I can't stand tea.", KIND_PREFERENCE, "like.tea", "tea", "Does not want: tea", ""},
    {"en", "A: Hi / U: I'm vegan.", KIND_NEED, "diet", "vegan", "Diet: vegan", ""},
    {"en", "A: Hi / U: Never call me before ten.", KIND_INSTRUCTION, "", "never call me before ten",
     "Asked: never call me before ten", ""},
    {"en", "A: I'll call you back in three days. / U: OK.", KIND_PROMISE, "",
     "I'll call you back in three days", "Promised: I'll call you back in three days (2026-03-05)",
     "2026-03-05"},
    {"en", "A: A technician will come next Friday. / U: OK.", KIND_PROMISE, "", NULL, NULL, "2026-03-13"},
    {"en", "A: Your order ships on Friday. / U: OK.", KIND_PROMISE, "", NULL, NULL, "2026-03-06"},
    {"en", "A: You'll receive an email tomorrow. / U: OK.", KIND_PROMISE, "", NULL, NULL, "2026-03-03"},
    {"en", "A: Order 7 leaves our warehouse on Friday the sixth. / U: OK.", KIND_PROMISE, "", NULL, NULL,
     "2026-03-06"},
    {"en", "A: Hi / U: Please send me the invoice by the end of the month.", KIND_REQUEST, "", NULL, NULL,
     "2026-03-31"},
    {"en", "A: Hi / U: I still haven't received my refund.", KIND_REQUEST, "", NULL, NULL, ""},
    {"en", "A: Hi / U: Forget my address please.", KIND_FORGET, "address", NULL, NULL, ""},
    {"en", "A: Hi / U: Please don't keep this.", KIND_FORGET, "", NULL, NULL, ""},
    {"en", "A: Hi / U: Can you delete everything about me?", KIND_FORGET, "all", NULL, NULL, ""},
    {"en", "A: Hi / U: I'm calling about the lease.", KIND_TOPIC, "", "rent", NULL, ""},
    {"en", "A: Hi / U: It's about the chandelier.", KIND_TOPIC, "", "chandelier", NULL, ""},
    {"en", "A: Hi / U: I'm furious.", KIND_FEELING, "feeling", "furious", "Was unhappy: \"I'm furious\"", ""},
    {"es", "A: Hola / U: Mi hija Lola tiene seis años.", KIND_FACT, "family.hija", "Lola", NULL, ""},
    {"es", "A: Le llamaremos el próximo viernes. / U: Vale.", KIND_PROMISE, "", NULL, NULL, "2026-03-06"},
    {"es", "A: Hola / U: Olvide mi dirección.", KIND_FORGET, "address", NULL, NULL, ""},
    {"de", "A: Ein Techniker kommt am Freitag, den 6. März. / U: Gut.", KIND_PROMISE, "", NULL, NULL,
     "2026-03-06"},
    {"de", "A: Hallo / U: Vergessen Sie bitte meine Adresse.", KIND_FORGET, "address", NULL, NULL, ""},
    {"de", "A: Hallo / U: Ich bin Krankenschwester.", KIND_FACT, "work", "Krankenschwester", NULL, ""},
    {"fr", "A: Nous vous rappellerons demain. / U: Merci.", KIND_PROMISE, "", NULL, NULL, "2026-03-03"},
    {"fr", "A: Bonjour / U: Supprimez mon adresse.", KIND_FORGET, "address", NULL, NULL, ""},
    {"fr", "A: Bonjour / U: Je suis infirmière.", KIND_FACT, "work", "infirmière", NULL, ""},
    {"it", "A: La richiameremo domani. / U: Grazie.", KIND_PROMISE, "", NULL, NULL, "2026-03-03"},
    {"it", "A: Buongiorno / U: Cancelli il mio indirizzo.", KIND_FORGET, "address", NULL, NULL, ""},
    {"pt", "A: Vamos ligar amanhã. / U: Obrigado.", KIND_PROMISE, "", NULL, NULL, "2026-03-03"},
    {"pt", "A: Bom dia / U: Apague o meu endereço.", KIND_FORGET, "address", NULL, NULL, ""},
};

static struct lexicon *lexicon;

#define MAX_TURNS 16

struct talk {
    char text[1000];
    struct turn turns[MAX_TURNS];
    struct event event;
};

/* "A: Hi / U: Hello." as an event of 2 March 2026. */
static void talk_set(struct talk *talk, const char *language, const char *text)
{
    *talk = (struct talk){.event = {.started_at = clock_civil(2026, 3, 2) + 36000,
                                    .title = "",
                                    .summary = "",
                                    .outcome = "",
                                    .failure = ""}};
    snprintf(talk->text, sizeof talk->text, "%s", text);
    snprintf(talk->event.language, sizeof talk->event.language, "%s", language);
    talk->event.turns = talk->turns;
    for (char *at = talk->text, *next; at; at = next) {
        assert_true(talk->event.turn_count < MAX_TURNS);
        next = strstr(at, " / ");
        if (next) {
            *next = '\0';
            next += 3;
        }
        size_t n = talk->event.turn_count++;
        talk->turns[n] =
            (struct turn){.role = at[0] == 'A' ? ROLE_AGENT : ROLE_USER, .text = at + 3, .position = (int)n};
    }
}

static void extract(const char *language, const char *text, struct talk *talk, struct extraction *extraction)
{
    struct error error;
    talk_set(talk, language, text);
    assert_int_equal(extract_call(lexicon, &talk->event, extraction, &error), 0);
}

static const char *name_of(const struct extraction *extraction)
{
    const struct fact *name = extraction_name(extraction);
    return name ? name->value : "";
}

static void test_names(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof name_cases / sizeof name_cases[0]; i++) {
        struct talk talk;
        struct extraction extraction;
        extract(name_cases[i].language, name_cases[i].talk, &talk, &extraction);
        if (strcmp(name_of(&extraction), name_cases[i].name) != 0)
            fail_msg("%s: \"%s\" instead of \"%s\"", name_cases[i].talk, name_of(&extraction),
                     name_cases[i].name);
        extraction_free(&extraction);
    }
}

/* What a profile lists as wanted. */
static void listed(const struct extraction *extraction, char *out, size_t size)
{
    out[0] = '\0';
    for (size_t i = 0; i < extraction->count; i++) {
        const struct fact *fact = &extraction->facts[i];
        bool wish =
            fact->kind == KIND_PREFERENCE || fact->kind == KIND_NEED || fact->kind == KIND_INSTRUCTION;
        size_t len = strlen(out);
        if (wish && fact->polarity >= 0)
            snprintf(out + len, size - len, "%s; ", fact->value);
    }
}

static bool has_any(const char *list, const char *words, bool all)
{
    char copy[200], *rest = copy;
    snprintf(copy, sizeof copy, "%s", words);
    for (char *word; (word = strsep(&rest, "|"));) {
        bool there = *word && strcasestr(list, word);
        if (all && *word && !there)
            return false;
        if (!all && there)
            return true;
    }
    return all;
}

static void test_wishes(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof wish_cases / sizeof wish_cases[0]; i++) {
        struct talk talk;
        struct extraction extraction;
        char list[1000];
        extract(wish_cases[i].language, wish_cases[i].talk, &talk, &extraction);
        listed(&extraction, list, sizeof list);
        if (!has_any(list, wish_cases[i].wants, true))
            fail_msg("%s: \"%s\" lacks \"%s\"", wish_cases[i].talk, list, wish_cases[i].wants);
        if (has_any(list, wish_cases[i].without, false))
            fail_msg("%s: \"%s\" has \"%s\"", wish_cases[i].talk, list, wish_cases[i].without);
        extraction_free(&extraction);
    }
}

static void test_moods(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof mood_cases / sizeof mood_cases[0]; i++) {
        struct talk talk;
        struct extraction extraction;
        extract(mood_cases[i].language, mood_cases[i].talk, &talk, &extraction);
        if (extraction.sentiment != mood_cases[i].sentiment)
            fail_msg("%s: %d instead of %d", mood_cases[i].talk, extraction.sentiment,
                     mood_cases[i].sentiment);
        assert_true(extraction.feeling >= -1 && extraction.feeling <= 1);
        extraction_free(&extraction);
    }
}

/* Eleven: a number of turns at which the weighted mean of the same strongest feeling comes out beyond it. */
static void test_feeling_is_bounded(void **state)
{
    (void)state;
    struct talk talk;
    struct extraction extraction;
    extract(
        "en",
        "A: Hi / U: I'm furious / U: I'm furious / U: I'm furious / U: I'm furious / U: I'm furious / "
        "U: I'm furious / U: I'm furious / U: I'm furious / U: I'm furious / U: I'm furious / U: I'm furious",
        &talk, &extraction);
    assert_true(extraction.feeling == -1);
    extraction_free(&extraction);
}

static bool fits(const struct fact *fact, const struct fact_case *want)
{
    char date[CLOCK_STAMP_SIZE] = "";
    if (fact->due)
        clock_date(fact->due, date);
    return fact->kind == want->kind && (!want->slot || strcmp(fact->slot, want->slot) == 0) &&
           (!want->value || strcmp(fact->value, want->value) == 0) &&
           (!want->text || strcmp(fact->text, want->text) == 0) && strcmp(date, want->due) == 0;
}

static void test_facts(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof fact_cases / sizeof fact_cases[0]; i++) {
        struct talk talk;
        struct extraction extraction;
        bool found = false;
        extract(fact_cases[i].language, fact_cases[i].talk, &talk, &extraction);
        for (size_t at = 0; at < extraction.count && !found; at++)
            found = fits(&extraction.facts[at], &fact_cases[i]);
        for (size_t at = 0; at < extraction.count && !found; at++)
            print_error("%s [%s] \"%s\" %s\n", "got", extraction.facts[at].slot, extraction.facts[at].value,
                        extraction.facts[at].text);
        if (!found)
            fail_msg("%s: no [%s] \"%s\"", fact_cases[i].talk, fact_cases[i].slot,
                     fact_cases[i].value ? fact_cases[i].value : "");
        extraction_free(&extraction);
    }
}

static size_t count_kind(const struct extraction *extraction, enum kind kind)
{
    size_t count = 0;
    for (size_t i = 0; i < extraction->count; i++)
        count += extraction->facts[i].kind == kind;
    return count;
}

static void test_no_promise(void **state)
{
    (void)state;
    static const char *const talks[] = {
        "A: I'll check that for you now. / U: Thanks.", "A: Let me look into it. / U: Thanks.",
        "A: Will you be at home tomorrow? / U: Yes.", "A: Hi / U: I'll call you tomorrow."};
    for (size_t i = 0; i < sizeof talks / sizeof talks[0]; i++) {
        struct talk talk;
        struct extraction extraction;
        extract("en", talks[i], &talk, &extraction);
        assert_int_equal(count_kind(&extraction, KIND_PROMISE), 0);
        extraction_free(&extraction);
    }
}

static void test_request_done(void **state)
{
    struct talk talk;
    struct extraction extraction;
    (void)state;
    extract("en", "A: Hi / U: Could you cancel my order? / A: It's cancelled now.", &talk, &extraction);
    assert_int_equal(count_kind(&extraction, KIND_REQUEST), 0);
    extraction_free(&extraction);
    extract("en", "A: Hi / U: Could you cancel my order? / A: I have asked the warehouse.", &talk,
            &extraction);
    assert_int_equal(count_kind(&extraction, KIND_REQUEST), 1);
    extraction_free(&extraction);
}

/* A wish names the turn that it came from; collected data has none. */
static void test_turns(void **state)
{
    struct talk talk;
    struct extraction extraction;
    (void)state;
    extract("en", "A: Hello / U: It's Ana. / A: Hi Ana. / U: I'm vegan.", &talk, &extraction);
    for (size_t i = 0; i < extraction.count; i++) {
        if (extraction.facts[i].kind == KIND_NAME)
            assert_int_equal(extraction.facts[i].turn, 1);
        if (extraction.facts[i].kind == KIND_NEED)
            assert_int_equal(extraction.facts[i].turn, 3);
    }
    assert_int_equal(count_kind(&extraction, KIND_NEED), 1);
    extraction_free(&extraction);
}

struct data_case {
    const char *key, *value, *name, *wants;
};

static void test_collected(void **state)
{
    static const struct data_case cases[] = {
        {"customer_name", "Mia Chen", "Mia Chen", ""},
        {"customerName", "Mia Chen", "Mia Chen", ""},
        {"Caller Name", "mia chen", "Mia Chen", ""},
        {"nombre", "Inés Prado", "Inés Prado", ""},
        {"vorname", "Uwe", "Uwe", ""},
        {"nom_client", "Zoé Petit", "Zoé Petit", ""},
        {"name", "not provided", "", ""},
        {"name", "N/A", "", ""},
        {"company_name", "Acme", "", ""},
        {"pet_name", "Rex", "", ""},
        {"agent_name", "Sam", "", ""},
        {"preferred_contact", "email", "", "email"},
        {"seat_preference", "aisle", "", "aisle"},
        {"food_allergies", "peanuts", "", "peanuts"},
        {"dietary_requirements", "vegan", "", "vegan"},
        {"order_number", "HB-1", "", ""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct talk talk;
        struct extraction extraction;
        struct error error;
        char value[64], list[1000];
        snprintf(value, sizeof value, "%s", cases[i].value);
        struct collected collected = {cases[i].key, "", value};
        talk_set(&talk, "en", "A: Hi / U: OK.");
        talk.event.collected = &collected;
        talk.event.collected_count = 1;
        assert_int_equal(extract_call(lexicon, &talk.event, &extraction, &error), 0);
        assert_string_equal(name_of(&extraction), cases[i].name);
        listed(&extraction, list, sizeof list);
        assert_true(*cases[i].wants ? strstr(list, cases[i].wants) != NULL : *list == '\0');
        extraction_free(&extraction);
    }
}

static void test_collected_parts(void **state)
{
    struct talk talk;
    struct extraction extraction;
    struct error error;
    char first[] = "Ines", last[] = "Carvalho";
    struct collected collected[] = {{"first_name", "", first}, {"last_name", "", last}};
    (void)state;
    talk_set(&talk, "en", "A: Hi / U: OK.");
    talk.event.collected = collected;
    talk.event.collected_count = 2;
    assert_int_equal(extract_call(lexicon, &talk.event, &extraction, &error), 0);
    assert_string_equal(name_of(&extraction), "Ines Carvalho");
    assert_true(extraction_name(&extraction)->confidence == 1);
    extraction_free(&extraction);
}

/* A name that the call started with holds until the caller says another. */
static void test_variables(void **state)
{
    static const struct {
        const char *variables, *talk, *name;
    } cases[] = {
        {"{\"caller_name\": \"Ana\"}", "A: Hi / U: Hello.", "Ana"},
        {"{\"caller_name\": \"\"}", "A: Hi / U: Hello.", ""},
        {"{\"caller_name\": \"Ana\"}", "A: Hi Ana! / U: I'm not Ana, this is Peter.", "Peter"},
        {"{\"caller_name\": \"Ana\"}", "A: Hi Ana! / U: I'm not Ana.", ""},
        {"{\"caller_name\": \"Ana\"}", "A: Who is this? / U: It's Tom.", "Tom"},
        {"{\"first_name\": \"Hugo\", \"last_name\": \"Berg\"}", "A: Hi / U: Hello.", "Hugo Berg"},
        {"{\"agent_name\": \"Sam\", \"call_count\": 3}", "A: Hi / U: Hello.", ""},
        {"{\"system__caller_id\": \"+15550100001\"}", "A: Hi / U: Hello.", ""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct talk talk;
        struct extraction extraction;
        struct error error;
        cJSON *variables = cJSON_Parse(cases[i].variables);
        assert_non_null(variables);
        talk_set(&talk, "en", cases[i].talk);
        talk.event.variables = variables;
        assert_int_equal(extract_call(lexicon, &talk.event, &extraction, &error), 0);
        assert_string_equal(name_of(&extraction), cases[i].name);
        extraction_free(&extraction);
        cJSON_Delete(variables);
    }
}

/* Without a lexicon of its language a call still gives what was collected, and nothing wrong. */
static void test_other_language(void **state)
{
    struct talk talk;
    struct extraction extraction;
    struct error error;
    char value[] = "Anna Nowak";
    struct collected collected = {"customer_name", "", value};
    (void)state;
    talk_set(&talk, "pl", "A: Dzień dobry. / U: Dzień dobry, chciałabym zapytać o przesyłkę.");
    talk.event.collected = &collected;
    talk.event.collected_count = 1;
    assert_int_equal(extract_call(lexicon, &talk.event, &extraction, &error), 0);
    assert_string_equal(name_of(&extraction), "Anna Nowak");
    assert_int_equal(extraction.sentiment, SENTIMENT_NEUTRAL);
    extraction_free(&extraction);
}

static void test_collected_mood(void **state)
{
    struct talk talk;
    struct extraction extraction;
    struct error error;
    char value[] = "negative";
    struct collected collected = {"caller_sentiment", "", value};
    (void)state;
    talk_set(&talk, "en", "A: Hi / U: OK.");
    talk.event.collected = &collected;
    talk.event.collected_count = 1;
    assert_int_equal(extract_call(lexicon, &talk.event, &extraction, &error), 0);
    assert_int_equal(extraction.sentiment, SENTIMENT_NEGATIVE);
    extraction_free(&extraction);
}

static void test_nothing(void **state)
{
    struct talk talk;
    struct extraction extraction;
    struct error error;
    (void)state;
    talk_set(&talk, "", "A: Hi");
    talk.event.turn_count = 0;
    assert_int_equal(extract_call(lexicon, &talk.event, &extraction, &error), 0);
    assert_int_equal(extraction.count, 0);
    assert_null(extraction_name(&extraction));
    extraction_free(&extraction);
}

/* A turn of any length and any bytes is read in bounded work. */
static void test_long(void **state)
{
    struct talk talk;
    struct extraction extraction;
    struct error error;
    size_t size = 400000;
    char *text = malloc(size + 1);
    (void)state;
    assert_non_null(text);
    for (size_t i = 0; i < size; i++)
        text[i] = "i am a-b. not "[i % 14];
    text[size] = '\0';
    talk_set(&talk, "en", "A: Hi / U: x");
    talk.turns[1].text = text;
    assert_int_equal(extract_call(lexicon, &talk.event, &extraction, &error), 0);
    assert_null(extraction_name(&extraction));
    extraction_free(&extraction);
    free(text);
}

static int load(void **state)
{
    struct error error;
    (void)state;
    lexicon = lexicon_load(NULL, &error);
    return lexicon ? 0 : -1;
}

static int unload(void **state)
{
    (void)state;
    lexicon_free(lexicon);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_wishes),
        cmocka_unit_test(test_moods),
        cmocka_unit_test(test_facts),
        cmocka_unit_test(test_no_promise),
        cmocka_unit_test(test_request_done),
        cmocka_unit_test(test_turns),
        cmocka_unit_test(test_collected),
        cmocka_unit_test(test_collected_parts),
        cmocka_unit_test(test_variables),
        cmocka_unit_test(test_other_language),
        cmocka_unit_test(test_collected_mood),
        cmocka_unit_test(test_nothing),
        cmocka_unit_test(test_long),
        cmocka_unit_test(test_feeling_is_bounded),
    };
    return cmocka_run_group_tests_name("extract", tests, load, unload);
}
