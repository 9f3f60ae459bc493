using Microsoft.ML;
using Microsoft.ML.Data;
using MlNetLlm.Data;
using MlNetLlm.LanguageModels;

namespace MlNetLlm.ConceptMixing;

/// <summary>The concepts of one text as rows.</summary>
internal static class ConceptTable
{
    private sealed record Row(int Position, string Token, int Concept, float Strength, float Attribution);

    private static IEnumerable<RowsColumn<Row>> Common =>
    [
        new RowsColumn<Row>("Position", NumberDataViewType.Int32, (Row row) => row.Position),
        new RowsColumn<Row>("Token", TextDataViewType.Instance, (Row row) => row.Token.AsMemory()),
        new RowsColumn<Row>("Concept", NumberDataViewType.Int32, (Row row) => row.Concept),
        new RowsColumn<Row>("Strength", NumberDataViewType.Single, (Row row) => row.Strength),
    ];

    public static IDataView Of(ConceptTeacher teacher, string text, ConceptGradient gradient)
    {
        var rows = new Lazy<IReadOnlyList<Row>>(() => [.. Rows(teacher, text, gradient)]);
        return new RowsView<Row>(
            () => rows.Value,
            [.. Common, new RowsColumn<Row>("Attribution", NumberDataViewType.Single, (Row row) => row.Attribution)]);
    }

    /// <summary>Of a concept model: the concepts it chooses, with their logits.</summary>
    public static IDataView Of(LanguageModel model, string text)
    {
        var perToken = ChosenConcepts.Require(model).TopConcepts;
        var rows = new Lazy<IReadOnlyList<Row>>(() => [.. Windows(model, text).SelectMany(Chosen)]);
        return new RowsView<Row>(() => rows.Value, [.. Common]);

        IEnumerable<Row> Chosen((int From, long[] Own, long[] Tokens) window)
        {
            var chosen = ChosenConcepts.Of(model, window.Tokens, 1);
            var first = (window.Tokens.Length - window.Own.Length) * perToken;         // the begin token is no token of the text
            for (var i = first; i < chosen.Concepts.Length; i++)
            {
                var t = (i - first) / perToken;
                yield return new(
                    window.From + t, model.Tokenizer.Decode([(int)window.Own[t]]), chosen.Concepts[i], chosen.Logits[i], float.NaN);
            }
        }
    }

    // The text in windows of the model's context, each behind the begin token where there is one.
    private static IEnumerable<(int From, long[] Own, long[] Tokens)> Windows(LanguageModel model, string text)
    {
        var ids = model.Tokenizer.EncodeToIds(text);
        var begin = model.Special.Bos ?? model.Special.Eos;
        var part = model.Config.ContextLength - (begin is null ? 0 : 1);
        for (var from = 0; from < ids.Count; from += part)
        {
            long[] own = [.. ids.Skip(from).Take(part).Select(id => (long)id)];
            yield return (from, own, begin is { } id ? [id, .. own] : own);
        }
    }

    private static IEnumerable<Row> Rows(ConceptTeacher teacher, string text, ConceptGradient gradient)
    {
        var model = teacher.Model;
        var options = new LabelConceptsOptions { Gradient = gradient };
        foreach (var (from, own, tokens) in Windows(model, text))
        {
            long[] targets = [.. tokens.Skip(1), TokenBatch.Ignored];
            var found = new List<Row>();
            var pass = TeacherPass.Run(teacher, tokens, targets, 1, options);
            ConceptScores.Of(teacher.Autoencoder, pass.States, pass.Slopes, ConceptCandidates.Active, (position, scores) =>
            {
                var t = position - (tokens.Length - own.Length);
                if (t < 0) return;                                                     // the begin token is no token of the text
                var token = model.Tokenizer.Decode([(int)own[t]]);
                for (var i = 0; i < scores.Concepts.Length; i++)
                    found.Add(new(
                        from + t, token, scores.Concepts[i], scores.Strengths[i],
                        targets[position] == TokenBatch.Ignored ? float.NaN : scores.Attributions[i]));
            });
            foreach (var row in found) yield return row;
        }
    }
}
