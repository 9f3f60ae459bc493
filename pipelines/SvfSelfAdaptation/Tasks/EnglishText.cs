using System.Security.Cryptography;
using System.Text;
using Microsoft.ML;
using MlNetLlm.Data;
using MlNetLlm.Runs;
using MlNetLlm.Training;

namespace MlNetLlm.Pipelines.SvfSelfAdaptation.Tasks;

/// <summary>
/// Pieces of English novels in the vocabulary of the tasks. Pieces for the tests come from other paragraphs than those of first training.
/// Without the data set generated tales take their place.
/// </summary>
internal sealed class EnglishText
{
    private const int GeneratedTales = 4000;
    private const int HeldOutEvery = 10;
    private readonly string[] _training;
    private readonly string[] _heldOut;

    private EnglishText(string origin, string name, string sha256, IEnumerable<string> paragraphs, int length)
    {
        var spelled = paragraphs.Select(TaskVocabulary.Spell).Where(text => text.Length >= length).ToArray();
        _training = [.. spelled.Where((_, i) => i % HeldOutEvery != 0)];
        _heldOut = [.. spelled.Where((_, i) => i % HeldOutEvery == 0)];
        Length = length;
        Data = new RunData(name, sha256, spelled.Length, origin);
    }

    /// <summary>Characters of a piece.</summary>
    public int Length { get; }

    /// <summary>Where the text is from.</summary>
    public RunData Data { get; }

    /// <summary>Reads the text.</summary>
    /// <param name="ml">The context.</param>
    /// <param name="name">A catalogue data set of plain text; null = generated tales.</param>
    /// <param name="paragraphs">Paragraphs to read at most.</param>
    /// <param name="length">Characters of a piece.</param>
    public static EnglishText Read(MLContext ml, string? name, int paragraphs, int length)
    {
        if (name is not null && DatasetCatalog.Default.Has(name))
        {
            var rows = ml.LanguageModels().ReadText(name, TextUnit.Paragraph);
            var texts = ml.Data.CreateEnumerable<TextRow>(ml.Data.TakeRows(rows, paragraphs), reuseRowObject: false)
                .Select(row => row.Text);
            return new EnglishText("catalog", name, DatasetCatalog.Default.Find(name).Sha256, texts, length);
        }
        var tales = GeneratedText.Tales(GeneratedTales, seed: 1).ToList();
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', tales))));
        return new EnglishText("generated", name is null ? "tales" : $"tales, in place of {name}", hash, tales, length);
    }

    /// <summary>A piece, from a random place of a random paragraph.</summary>
    /// <param name="random">Chooses it.</param>
    /// <param name="heldOut">Whether it is for a test.</param>
    public string Draw(RandomStream random, bool heldOut)
    {
        var from = heldOut ? _heldOut : _training;
        var text = from[random.Next(from.Length)];
        var start = random.Next(text.Length - Length + 1);
        return text.Substring(start, Length).Trim();
    }

    private sealed class TextRow
    {
        public string Text { get; set; } = "";
    }
}
