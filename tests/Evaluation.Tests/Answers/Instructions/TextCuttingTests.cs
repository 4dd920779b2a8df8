using MolEngine.Data.Languages;
using MolEngine.Evaluation.Answers.Instructions;

namespace MolEngine.Evaluation.Tests.Answers.Instructions;

public sealed class TextCuttingTests
{
    [Theory]
    [InlineData("Hello there. How are you? Fine!", "Hello there.|How are you?|Fine!")]
    [InlineData("Dr. Smith met Mrs. Jones at 5 p.m. on Jan. 3.", "Dr. Smith met Mrs. Jones at 5 p.m. on Jan. 3.")]
    [InlineData("It weighs 3.5 kg. The other weighs 4.", "It weighs 3.5 kg.|The other weighs 4.")]
    [InlineData("J. R. R. Tolkien wrote it.", "J. R. R. Tolkien wrote it.")]
    [InlineData("He left the U.S. The plane was late.", "He left the U.S.|The plane was late.")]
    [InlineData("He left the U.S. for good.", "He left the U.S. for good.")]
    [InlineData("\"Stop!\" he said. \"Why?\"", "\"Stop!\"|he said.|\"Why?\"")]
    [InlineData("Wait... what? Yes.", "Wait... what?|Yes.")]
    [InlineData("Wait... The end.", "Wait...|The end.")]
    [InlineData("See e.g. this one. (It is good.) Next.", "See e.g. this one.|(It is good.)|Next.")]
    [InlineData("1. First item\n2. Second item", "1.|First item\n2.|Second item")]
    [InlineData("No end", "No end")]
    [InlineData("What?! Really.", "What?!|Really.")]
    [InlineData("  ", "")]
    [InlineData("One.Two. Three", "One.Two.|Three")]
    public void Sentences_end_where_punkt_ends_them(string text, string sentences) =>
        Assert.Equal(sentences, string.Join('|', SentenceSplitter.Sentences(text)));

    [Theory]
    [InlineData("I CAN'T, you know.", "I|CA|N'T|,|you|know|.")]
    [InlineData("THEY'RE GONE: cannot wait!", "THEY|'RE|GONE|:|can|not|wait|!")]
    [InlineData("A well-known man's 50% (or so)", "A|well-known|man|'s|50|%|(|or|so|)")]
    [InlineData("He said \"NO\" twice; 3,000 times.", "He|said|``|NO|''|twice|;|3,000|times|.")]
    [InlineData("The U.S. A/B -- *TEST*...", "The|U.S.|A/B|--|*|TEST|*|...")]
    [InlineData("I'm gonna go", "I|'m|gon|na|go")]
    public void Words_are_cut_as_the_treebank_cuts_them(string text, string words) =>
        Assert.Equal(words, string.Join('|', WordTokenizer.Words(text)));

    [Theory]
    [InlineData("en", "The quick brown fox jumps over the lazy dog, and nobody was there to see it.")]
    [InlineData("es", "El perro come en la cocina y los gatos duermen, pero no hay nadie en casa.")]
    [InlineData("pt", "O cachorro não está em casa, mas os gatos dormem na cozinha com uma menina.")]
    [InlineData("fr", "Le chien mange dans la cuisine et les chats dorment, mais il n'y a personne.")]
    [InlineData("de", "Der Hund frisst in der Küche und die Katzen schlafen, aber es ist niemand da.")]
    [InlineData("it", "Il cane mangia nella cucina e i gatti dormono, ma non c'è nessuno in casa.")]
    [InlineData("nl", "De hond eet in de keuken en de katten slapen, maar er is niemand in het huis.")]
    [InlineData("sv", "Hunden äter i köket och katterna sover, men det är ingen som är hemma.")]
    [InlineData("pl", "Pies je w kuchni, a koty śpią, ale nikogo nie ma w domu, więc jest cicho.")]
    [InlineData("fi", "Koira syö keittiössä ja kissat nukkuvat, mutta kotona ei ole ketään, joten on hiljaista.")]
    [InlineData("vi", "Con chó ăn trong bếp và những con mèo ngủ, nhưng không có ai ở nhà.")]
    [InlineData("sw", "Mbwa anakula jikoni na paka wanalala, lakini hakuna mtu nyumbani kwa sasa.")]
    [InlineData("ru", "Собака ест на кухне, а кошки спят, но дома никого нет, и поэтому это всё.")]
    [InlineData("uk", "Собака їсть на кухні, а коти сплять, але вдома нікого немає, і це все.")]
    [InlineData("bg", "Кучето яде в кухнята, а котките спят, но вкъщи няма никой и това е всичко, което знам.")]
    [InlineData("ar", "الكلب يأكل في المطبخ والقطط نائمة، لكن لا أحد في البيت، وهذا كل ما أعرفه عن هذا.")]
    [InlineData("fa", "سگ در آشپزخانه غذا می خورد و گربه ها خواب هستند، اما کسی در خانه نیست.")]
    [InlineData("ur", "کتا باورچی خانے میں کھا رہا ہے اور بلیاں سو رہی ہیں، لیکن گھر میں کوئی نہیں ہے۔")]
    [InlineData("hi", "कुत्ता रसोई में खा रहा है और बिल्लियाँ सो रही हैं, लेकिन घर में कोई नहीं है।")]
    [InlineData("mr", "कुत्रा स्वयंपाकघरात खात आहे आणि मांजरी झोपल्या आहेत, पण घरी कोणी नाही.")]
    [InlineData("ne", "कुकुर भान्छामा खाँदै छ र बिरालाहरू सुतेका छन्, तर घरमा कोही छैन।")]
    [InlineData("bn", "কুকুরটি রান্নাঘরে খাচ্ছে এবং বিড়ালগুলি ঘুমাচ্ছে।")]
    [InlineData("pa", "ਕੁੱਤਾ ਰਸੋਈ ਵਿੱਚ ਖਾ ਰਿਹਾ ਹੈ।")]
    [InlineData("gu", "કૂતરો રસોડામાં ખાય છે.")]
    [InlineData("ta", "நாய் சமையலறையில் சாப்பிடுகிறது.")]
    [InlineData("te", "కుక్క వంటగదిలో తింటోంది.")]
    [InlineData("kn", "ನಾಯಿ ಅಡುಗೆಮನೆಯಲ್ಲಿ ತಿನ್ನುತ್ತಿದೆ.")]
    [InlineData("ml", "നായ അടുക്കളയിൽ തിന്നുന്നു.")]
    [InlineData("th", "สุนัขกินข้าวในครัว")]
    [InlineData("ko", "개가 부엌에서 먹고 있습니다.")]
    [InlineData("ja", "犬が台所で食べています。")]
    [InlineData("zh", "狗在厨房里吃东西。")]
    [InlineData("he", "הכלב אוכל במטבח.")]
    [InlineData("hi", "यह Python के बारे में है और यह एक अच्छी भाषा है।")]
    [InlineData(null, "12 + 3 = 15!")]
    public void A_language_is_told_by_script_and_common_words(string? language, string text) =>
        Assert.Equal(language, LanguageIdentifier.Of(text));
}
