namespace MolEngine.Engine.Tokenization;

/// <summary>A normalisation form (UAX #15).</summary>
public enum UnicodeForm
{
    Nfc,
    Nfd,
    Nfkc,
    Nfkd,
}
