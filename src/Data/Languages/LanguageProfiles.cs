namespace MolEngine.Data.Languages;

/// <summary>
/// What tells the languages of a script apart: their commonest words, of which half of any text is made, and letters
/// that the others do not have.
/// </summary>
internal static class LanguageProfiles
{
    /// <summary>Common words, and letters of the language's own.</summary>
    private static readonly Dictionary<string, (HashSet<string> Words, string Letters)> Profiles = new()
    {
        ["en"] = Of(
            "the of and to in is that it for was on with as you he be at by this are have not from or they "
                + "his had but we which all will there their what one can if your would has been more when about "
                + "who its i my so"),
        ["es"] = Of(
            "de la que el en y los se del las un por con una su para es al lo como más pero sus le ya o este "
                + "sí porque esta entre cuando muy sin sobre también hasta hay donde quien desde todo nos durante "
                + "todos uno no son está ser tiene ha fue",
            "ñ¿¡"),
        ["pt"] = Of(
            "de a o que e do da em um para é com não uma os no se na por mais as dos como mas foi ao ele das "
                + "tem à seu sua ou ser quando muito há nos já está eu também só pelo pela até isso ela entre era "
                + "depois sem mesmo aos ter seus quem nas me esse eles são você",
            "ãõ"),
        ["fr"] = Of(
            "de la le et les des en un du une que est pour qui dans a par plus pas au sur ne se ce il sont "
                + "avec son aux d l s qu n c j ou mais comme nous vous cette être fait on ses leur tout elle je "
                + "même ont été aussi bien très peut",
            "œêûîçè"),
        ["de"] = Of(
            "der die und in den von zu das mit sich des auf für ist im dem nicht ein eine als auch es an "
                + "werden aus er hat dass sie nach wird bei einer um am sind noch wie einem über einen so zum war "
                + "haben nur oder aber vor zur bis mehr durch ich man sein wurde kann wir",
            "ßäöü"),
        ["it"] = Of(
            "di e il la che in un a per è una del non si con i da le della sono dei al gli alla come nel più "
                + "lo ha anche ma o se su delle questo dal nella ed era ci essere tra mi suo l d loro ho perché "
                + "quando sua molto cui questa io ne degli fra ogni può",
            "ìù"),
        ["nl"] = Of(
            "de van het een en in is dat op te zijn met voor niet die aan er om ook als maar dan bij nog uit "
                + "door over naar ze wordt hij heeft hebben deze kan tot of was had geen wel meer werd waar je wij "
                + "we zo u mijn veel"),
        ["sv"] = Of(
            "och att det i en är som på av för med den till inte har de ett om han var jag så från kan vi men "
                + "hade nu när ska eller man efter hon du sig där under mycket alla också",
            "å"),
        ["da"] = Of(
            "og at det i en er som på af for med den til ikke har de et om han var jeg så fra kan vi men "
                + "havde nu når skal eller man efter hun du sig der under meget alle også blev være",
            "æø"),
        ["no"] = Of(
            "og at det i en er som på av for med den til ikke har de et om han var jeg så fra kan vi men "
                + "hadde nå når skal eller man etter hun du seg der under mye alle også ble være",
            "æø"),
        ["pl"] = Of(
            "i w na z się nie do to że jest o jak po za od a przez co tak był dla ale są jego być oraz tego "
                + "które tym czy może który już tylko jej ich przed ze tej lub było bardzo także gdy ma mnie my "
                + "więc",
            "ąęłńśźż"),
        ["cs"] = Of(
            "a v se na je že s z o do to i k ve pro za by jsou ale jako po od jak byl není být podle které "
                + "však který tak má při roku už nebo jsem až také její jeho",
            "ěřůť"),
        ["hu"] = Of(
            "a az és hogy nem is egy ez van meg de csak mint volt már el ha még fel ki lehet vagy kell azt "
                + "minden nagyon szerint után aki mert között több",
            "őű"),
        ["ro"] = Of(
            "de și în a la cu o pe nu este că din un care mai se pentru sunt au fi ca prin fost dar al ale "
                + "sau după această foarte între când lui sale",
            "șțăâ"),
        ["fi"] = Of(
            "ja on ei että se oli hän mutta ovat kun niin myös joka jos tai kuin ole minä mitä vain sen voi "
                + "hänen sitä nyt olla ollut tämä jo ne jotka kanssa vuonna sekä mukaan siitä he sinä te me joita "
                + "hyvin koska ihmiset olen voit paljon"),
        ["tr"] = Of(
            "ve bir bu da de için ile olarak çok daha gibi olan en kadar sonra ne ama var her o mi ise değil "
                + "ki ya olduğu tarafından ben bunu şey göre yeni iki",
            "ığş"),
        ["vi"] = Of(
            "và của là có cho được không trong một những các với người này đã khi để đến từ như cũng về ra ở "
                + "tôi làm hay bạn nhiều phải vào năm thì rất đó nó anh theo nhưng tại thể nhất sẽ",
            "ơưđạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ"),
        ["id"] = Of(
            "yang dan di dengan untuk dari pada dalam ini itu tidak adalah akan ke oleh juga karena saya kami "
                + "atau sebagai bisa ada mereka lebih telah dapat anda tersebut kita sudah seperti"),
        ["sw"] = Of(
            "na ya wa kwa ni la katika za kuwa cha hii kama au yake vya huo pia hiyo watu hayo mimi wewe yeye "
                + "sisi wao si lakini sana baada ili ambayo ambao kutoka kila hata bila wakati mwaka moja nchi yao "
                + "wake mtu huyu hivyo kwamba ndiyo hapa sasa siku"),
        ["tl"] = Of(
            "ang ng sa na mga ay at ko si ito para kung hindi may siya ako niya kanyang nang pero mo ka ni "
                + "lang isang mula dahil"),
        ["ca"] = Of(
            "de la que el i en a les els per un amb una és del no al com més van ha aquest seva aquesta són "
                + "també però l d pel dels molt",
            "ŀ"),
        ["ru"] = Of(
            "и в не на что с он как это по но из у за от его она так же к все я для мы вы бы был их о при или "
                + "только ее еще быть уже этот когда ты чтобы то может если также есть до они очень",
            "ыэъё"),
        ["uk"] = Of(
            "і в не на що з він як це та до але із у за від його вона так й для ми ви б був їх про при або "
                + "тільки її ще бути вже цей коли ти щоб то може якщо також є вони дуже які який",
            "іїєґ"),
        ["bg"] = Of(
            "и в не на че с той като това по но от за се да е са го тя така му към всички аз ние вие би беше "
                + "им при или само още вече този когато ти може ако също има до те много си ще който която които "
                + "със",
            "ъщ"),
        ["mk"] = Of(
            "и во не на дека со тој како ова по но од за се да е ги таа така ќе сите јас ние или само уште "
                + "веќе кога ти може ако исто има до тие многу си што кој која",
            "ѓќѕљњџј"),
        ["ar"] = Of(
            "في من على إلى أن التي عن مع هذا هذه الذي كان لا ما أو كما بعد قد هو هي ذلك كل بين لم وقد ثم حتى "
                + "إن عند أنا يمكن غير وفي ومن أي لكن",
            "ةىيكأإ"),
        ["fa"] = Of(
            "و در به از که این را با است برای آن یک های خود تا کرد بر هم می شود شده بود نیز دارد باید من شما "
                + "ما هر یا اما اگر کند او بسیار",
            "پچژگکی"),
        ["ur"] = Of(
            "کے کی میں ہے اور سے کا کو اس کہ ہیں پر نے ایک یہ بھی کر تھا جو ہو تو وہ گیا لیے کیا نہیں ان یا "
                + "ہوتا کرنے اپنے آپ ہم ساتھ تھے بہت",
            "ٹڈڑےںھہ"),
        ["hi"] = Of(
            "के में है की और से का को हैं पर इस ने यह एक भी कि नहीं हो कर लिए तो ही जो था या वह करने गया थे "
                + "साथ अपने कुछ आप हम बहुत किया जाता होता मैं उनके रहा"),
        ["mr"] = Of(
            "आहे आणि या आहेत तो ती ते हे ही हा च्या मध्ये व त्या एक नाही केले होते साठी पण मी त्यांच्या असे "
                + "होता येथे मला तर काही सर्व झाले करून आपल्या जे म्हणून किंवा खूप की असते",
            "ळ"),
        ["ne"] = Of(
            "छ र को मा छन् यो हो भने गर्न पनि लागि तर एक हुन् गरेको भएको थियो हुन्छ गर्ने म यस त्यो नेपाल "
                + "धेरै छैन सबै आफ्नो हामी अनि उनी तपाईं वा संग भएर गर्दै"),
    };

    public static string[] Latin { get; } =
    [
        "en", "es", "pt", "fr", "de", "it", "nl", "sv", "da", "no", "pl", "cs", "hu", "ro", "fi", "tr", "vi", "id",
        "sw", "tl", "ca",
    ];

    public static string[] Cyrillic { get; } = ["ru", "uk", "bg", "mk"];

    public static string[] Arabic { get; } = ["ar", "fa", "ur"];

    public static string[] Devanagari { get; } = ["hi", "mr", "ne"];

    /// <summary>How much of a text's words speak for a language.</summary>
    /// <param name="words">In small letters.</param>
    /// <param name="letterWeight">
    /// What a word with a letter of the language's own counts, beside a common word's 1.
    /// </param>
    public static double Score(string language, string[] words, double letterWeight)
    {
        (HashSet<string> common, string letters) = Profiles[language];
        double score = 0;
        foreach (string word in words)
        {
            if (common.Contains(word))
                score++;
            if (letters.Length > 0 && word.AsSpan().IndexOfAny(letters) >= 0)
                score += letterWeight;
        }

        return score;
    }

    private static (HashSet<string> Words, string Letters) Of(string words, string letters = "") =>
        ([.. words.Split(' ')], letters);
}
