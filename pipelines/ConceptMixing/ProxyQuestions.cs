using Microsoft.ML.Tokenizers;
using MlNetLlm.LanguageModels;
using MlNetLlm.Training;
using static TorchSharp.torch;

namespace MlNetLlm.Pipelines.ConceptMixing;

/// <summary>
/// Questions made of V: the last word of paragraphs, right when every token of it is the likeliest; and the true continuation among four,
/// the other three taken from elsewhere in V, by likelihood a token.
/// </summary>
internal sealed class ProxyQuestions
{
    private const int Choices = 4;
    private const int RowsAtOnce = 64;

    private readonly List<ClozeQuestion> _cloze;
    private readonly List<int[][]> _choices;
    private readonly int _continuation;

    private ProxyQuestions(List<ClozeQuestion> cloze, List<int[][]> choices, int continuation) =>
        (_cloze, _choices, _continuation) = (cloze, choices, continuation);

    /// <summary>A passage's tokens; the last word begins at a place.</summary>
    internal sealed record ClozeQuestion(int[] Tokens, int Word);

    /// <summary>The questions of the first kind.</summary>
    internal IReadOnlyList<ClozeQuestion> Cloze => _cloze;

    /// <summary>The questions of the second kind, the true continuation first; nothing depends on the order.</summary>
    internal IReadOnlyList<int[][]> Choice => _choices;

    /// <summary>Makes them.</summary>
    /// <param name="paragraphs">Paragraphs of V.</param>
    /// <param name="tokens">Tokens of V.</param>
    /// <param name="tokenizer">The tokenizer.</param>
    /// <param name="length">Tokens of a question at most.</param>
    /// <param name="options">How many, and how long continuations are.</param>
    public static ProxyQuestions Of(
        IEnumerable<string> paragraphs, IReadOnlyList<int> tokens, Tokenizer tokenizer, int length, ProxyOptions options) =>
        new([.. ClozeOf(paragraphs, tokenizer, length).Take(options.Questions)], ChoiceOf(tokens, length, options),
            options.ContinuationTokens);

    /// <summary>Asks a model.</summary>
    public ProxyScores Ask(LanguageModel model)
    {
        using var quiet = no_grad();
        var right = _cloze.Chunk(RowsAtOnce).Sum(part => Right(model, part));
        var chosen = _choices.Chunk(RowsAtOnce / Choices).Sum(part => Chosen(model, part));
        return new ProxyScores(
            (double)right / Math.Max(1, _cloze.Count), _cloze.Count, (double)chosen / Math.Max(1, _choices.Count), _choices.Count);
    }

    // A passage is what a window holds of a paragraph's end; its last word is letters alone, behind a space.
    private static IEnumerable<ClozeQuestion> ClozeOf(IEnumerable<string> paragraphs, Tokenizer tokenizer, int length)
    {
        foreach (var paragraph in paragraphs)
        {
            var end = paragraph.TrimEnd().TrimEnd('.', '!', '?', '"', '”', '’', '\'', ' ');
            var space = end.LastIndexOf(' ');
            if (space < 1 || !end.AsSpan(space + 1).ContainsAnyInRange('a', 'z') || !end[(space + 1)..].All(char.IsLetter)) continue;
            var (before, all) = (tokenizer.EncodeToIds(end[..space]), tokenizer.EncodeToIds(end));
            if (all.Count < length / 2 || !all.Take(before.Count).SequenceEqual(before)) continue;
            var skipped = Math.Max(0, all.Count - length);
            if (before.Count - skipped < length / 4) continue;                     // a word of very many tokens
            yield return new ClozeQuestion([.. all.Skip(skipped)], before.Count - skipped);
        }
    }

    private static List<int[][]> ChoiceOf(IReadOnlyList<int> tokens, int length, ProxyOptions options)
    {
        var (windows, random) = (tokens.Count / length, new RandomStream(0, "choice questions"));
        var (context, questions) = (length - options.ContinuationTokens, new List<int[][]>());
        for (var window = 0; window < Math.Min(windows, options.Questions) && windows >= Choices; window++)
        {
            var others = new HashSet<int> { window };
            while (others.Count < Choices) others.Add(random.Next(windows));
            var start = Part(window, 0, context);
            questions.Add([.. others.OrderBy(other => other != window)
                .Select(other => start.Concat(Part(other, context, options.ContinuationTokens)).ToArray())]);
        }
        return questions;

        IEnumerable<int> Part(int window, int from, int count) => tokens.Skip(window * length + from).Take(count);
    }

    private static int Right(LanguageModel model, ClozeQuestion[] questions)
    {
        using var scope = NewDisposeScope();
        var longest = questions.Max(question => question.Tokens.Length);
        long[] ids = [.. questions.SelectMany(question => question.Tokens.Select(id => (long)id)
            .Concat(Enumerable.Repeat(0L, longest - question.Tokens.Length)))];    // behind the end: nothing before it sees them
        var likeliest = Logits(model, ids, questions.Length).argmax(-1).cpu().reshape(-1).data<long>().ToArray();
        var right = 0;
        for (var row = 0; row < questions.Length; row++)
        {
            var question = questions[row];
            var all = true;
            for (var at = question.Word; at < question.Tokens.Length; at++)
                all &= likeliest[row * longest + at - 1] == question.Tokens[at];
            right += all ? 1 : 0;
        }
        return right;
    }

    private int Chosen(LanguageModel model, int[][][] questions)
    {
        using var scope = NewDisposeScope();
        var rows = questions.SelectMany(question => question).ToList();
        var length = rows[0].Length;
        long[] ids = [.. rows.SelectMany(row => row.Select(id => (long)id))];
        var wanted = tensor(ids, [rows.Count, length]).narrow(1, length - _continuation, _continuation).unsqueeze(-1);
        var logits = Logits(model, ids, rows.Count).narrow(1, length - _continuation - 1, _continuation);     // what predicts them
        var likelihoods = logits.log_softmax(-1).cpu().gather(-1, wanted).squeeze(-1).mean([1L]).data<float>().ToArray();
        return likelihoods.Chunk(Choices).Count(four => four[0] > four[1] && four[0] > four[2] && four[0] > four[3]);
    }

    private static Tensor Logits(LanguageModel model, long[] ids, int rows) => model.Module.Head(
        model.Module.Hidden(tensor(ids, [rows, ids.Length / rows], device: model.Module.TokenEmbedding.device)));
}
